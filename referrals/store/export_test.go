package store

// Remembers tells whether verified rows of a table are kept in memory.
func Remembers(table string) bool { return rosterTables[table] }
