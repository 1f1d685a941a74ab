package store

import "time"

// Remembers tells whether verified rows of a table are kept in memory.
func Remembers(table string) bool { return rosterTables[table] }

// Patience sets how long an erasure waits for readers.
func Patience(d time.Duration) (back func()) {
	before := scrubWait
	scrubWait = d
	return func() { scrubWait = before }
}
