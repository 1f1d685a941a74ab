// Package inside keeps one door shut: what a caller is and holds is made and looked
// into by the packages of policies alone. The Go toolchain lets nobody else import
// this one, and without a Key of it nobody can ask.
package inside

// Key is asked of whoever looks into a caller.
type Key struct{}
