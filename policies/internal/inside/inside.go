// Package inside keeps one door shut: what a caller is and holds is made and looked
// into by the packages of policies alone. The Go toolchain lets nobody else import
// this one, and only who imports it gets a Key that opens.
package inside

// Key is asked of whoever looks into a caller. One that New did not make opens
// nothing: a type parameter lets anybody write down the zero Key.
type Key struct{ made *byte }

var made = new(byte)

// New makes a key.
func New() Key { return Key{made} }

// Check panics for a key that New did not make.
func (k Key) Check() {
	if k.made != made {
		panic("inside: looking into a caller without a key")
	}
}
