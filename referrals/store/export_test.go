package store

import (
	"io/fs"
	"time"

	"sportello/policies/acts"
)

// Remembers tells whether verified rows of a table are kept in memory.
func Remembers(table string) bool { return rosterTables[table] }

// Patience sets how long an erasure waits for readers.
func Patience(d time.Duration) (back func()) {
	before := scrubWait
	scrubWait = d
	return func() { scrubWait = before }
}

// OnBind is told of every statement that is made ready.
func OnBind(f func(text string)) (back func()) {
	onBind = f
	return func() { onBind = nil }
}

// Texts are the statements of every kind of row and every finder.
func Texts() (all []string) {
	for name, t := range tables {
		all = append(all, t.selects, t.selects+"WHERE id = $1", t.insert, t.update, "DELETE FROM "+name+" WHERE id = $1 AND version = $2")
	}
	for _, q := range acts.Queries() {
		all = append(all, tables[q.Kind.Table()].selects+condition(q), "SELECT count(*) FROM "+q.Kind.Table()+" "+where(q))
	}
	return all
}

// Migrations are the texts that make the three files, in their order.
func Migrations() (all []string, err error) {
	err = fs.WalkDir(migrations, "migrations", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := migrations.ReadFile(path)
		all = append(all, string(text))
		return err
	})
	return all, err
}
