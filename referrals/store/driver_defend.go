package store

/*
#include <stddef.h>

// SQLite itself is compiled into the driver, which does not hand this function on.
// Weak, so that this file links alone; where it is missing no file is opened.
typedef struct sqlite3 sqlite3;
extern int sqlite3_db_config(sqlite3 *, int, ...) __attribute__((weak));

// set changes one setting of a connection and reads it back; -1 without SQLite's
// function.
static int set(void *db, int what, int to, int *is) {
	if (sqlite3_db_config == NULL)
		return -1;
	return sqlite3_db_config((sqlite3 *)db, what, to, is);
}
*/
import "C"

import (
	"errors"
	"fmt"
	"reflect"
	"unsafe"

	"github.com/mattn/go-sqlite3"
)

// defences are settings of a connection that no pragma reaches or that a pragma
// could take back (SQLITE_DBCONFIG_…, sqlite3.h): a file's triggers and views do
// nothing, its schema calls no function that acts, and no statement writes the
// schema as text.
var defences = []struct {
	name string
	what C.int
	to   C.int
}{
	{"triggers", 1003, 0},
	{"views", 1015, 0},
	{"defensive mode", 1010, 1},
	{"trusted schema", 1017, 0},
}

// defend sets the defences of a new connection and reads each back: where one did
// not take, the connection is refused.
func defend(c *sqlite3.SQLiteConn) error {
	db, err := handle(c)
	if err != nil {
		return fmt.Errorf("defending a connection: %w", err)
	}
	for _, d := range defences {
		is := C.int(-1)
		if rc := C.set(db, d.what, d.to, &is); rc != 0 || is != d.to {
			return fmt.Errorf("defending a connection: setting %s: code %d, now %d", d.name, int(rc), int(is))
		}
	}
	return nil
}

// handle takes SQLite's own handle out of the driver's connection. The driver keeps
// it to itself: a version that keeps it elsewhere opens nothing here.
func handle(c any) (unsafe.Pointer, error) {
	v := reflect.ValueOf(c)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return nil, errors.New("the driver's connection is of another kind")
	}
	db := v.Elem().FieldByName("db")
	if !db.IsValid() || db.Kind() != reflect.Pointer || db.Type().Elem().Name() != "_Ctype_struct_sqlite3" || db.IsNil() {
		return nil, errors.New("the driver keeps its handle elsewhere")
	}
	return db.UnsafePointer(), nil
}
