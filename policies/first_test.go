package policies

import "testing"

func TestNew(t *testing.T) {
	p, err := New()
	if err != nil {
		t.Fatal(err)
	}
	s := Subject{Person: "anna", Role: IntakeWorker, Unit: "u", UnitKind: UnitDesk, Admitted: true}
	t.Log(p.Decide(s, CaseOpen, Object{Kind: KindCase, ID: "c", Unit: "u"}), p.Decide(s, CaseOpen, Object{Kind: KindCase, ID: "c", Unit: "v"}))
	t.Log(len(p.rules), len(Actions()))
}

func BenchmarkDecide(b *testing.B) {
	p, _ := New()
	s := Subject{Person: "anna", Role: IntakeWorker, Unit: "u", Agency: "a", UnitKind: UnitDesk, Admitted: true}
	o := Object{Kind: KindCase, ID: "c", Unit: "u", Agency: "a", Author: "anna"}
	b.ReportAllocs()
	for b.Loop() {
		p.Decide(s, CaseOpen, o)
	}
}
