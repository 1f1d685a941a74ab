package acts_test

import (
	"testing"

	"sportello/policies"
	"sportello/policies/acts"
)

// TestNobodyForgesACaller writes as a package outside policies would that cannot
// name the key: it takes the key's type from the function that asks for it.
func TestNobodyForgesACaller(t *testing.T) {
	refused := func(what string, f func()) {
		t.Helper()
		defer func() {
			if recover() == nil {
				t.Errorf("%s without a key", what)
			}
		}()
		f()
	}
	refused("made a caller", func() { forge(acts.NewCaller, acts.Inside{Role: policies.Auditor}) })
	c := acts.ConsoleCaller()
	refused("looked into a caller", func() { enter((*acts.Caller).Inside, &c).Role = policies.Auditor })
	if c.Role() != policies.Console {
		t.Error("changed who asks")
	}
}

func forge[K any](f func(K, acts.Inside) acts.Caller, in acts.Inside) acts.Caller {
	var k K
	return f(k, in)
}

func enter[K any](f func(*acts.Caller, K) *acts.Inside, c *acts.Caller) *acts.Inside {
	var k K
	return f(c, k)
}
