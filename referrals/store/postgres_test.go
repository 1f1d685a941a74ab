package store_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"sportello/referrals/auditlog"
	"sportello/referrals/store"
	"sportello/referrals/store/storetest"
)

// database runs SQL on a PostgreSQL of its own, without a server: the single-user
// mode of the one that is installed.
type database struct {
	t   *testing.T
	bin string
	dir string
	as  *syscall.Credential // it refuses to run as root
}

func newDatabase(t *testing.T) *database {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	storetest.Try(t, "looking for PostgreSQL", err)
	if len(found) == 0 {
		t.Skip("PostgreSQL is not installed")
	}
	d := &database{t: t, bin: filepath.Dir(found[len(found)-1])}
	if d.dir, err = os.MkdirTemp("", "postgres-"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(d.dir) })
	if os.Getuid() == 0 {
		u, err := user.Lookup("nobody")
		storetest.Try(t, "looking for nobody", err)
		uid, err := strconv.Atoi(u.Uid)
		storetest.Try(t, "reading an id", err)
		d.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}
		storetest.Try(t, "giving the folder away", os.Chown(d.dir, uid, uid))
	}
	if out, err := d.run("", "initdb", "-D", d.dir+"/data", "--no-sync", "--encoding=UTF8", "--locale=C", "--auth=trust"); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	return d
}

func (d *database) run(input, program string, args ...string) (string, error) {
	cmd := exec.Command(filepath.Join(d.bin, program), args...)
	cmd.Dir, cmd.Stdin = d.dir, strings.NewReader(input)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: d.as}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

// tries gives the errors of some statements, each on a line of its own.
func (d *database) tries(statements []string) []string {
	d.t.Helper()
	flat := make([]string, len(statements))
	for i, s := range statements {
		flat[i] = strings.Join(strings.Fields(s), " ") + ";"
	}
	out, err := d.run(strings.Join(flat, "\n")+"\n", "postgres", "--single", "-D", d.dir+"/data", "postgres")
	if err != nil {
		d.t.Fatalf("running SQL: %v\n%s", err, out)
	}
	var bad []string
	for _, line := range strings.Split(out, "\n") {
		if strings.Contains(line, "ERROR:") || strings.Contains(line, "STATEMENT:") || strings.Contains(line, "FATAL:") {
			bad = append(bad, line)
		}
	}
	return bad
}

// ownTypes are SQLite's names for what another database calls otherwise.
var ownTypes = strings.NewReplacer("INTEGER", "BIGINT", "BLOB", "BYTEA", ") STRICT, WITHOUT ROWID", ")", ") WITHOUT ROWID, STRICT", ")", ") STRICT", ")", ") WITHOUT ROWID", ")")

// numbered are arguments as SQLite's driver writes them.
var numbered = regexp.MustCompile(`\?(\d+)`)

var comments = regexp.MustCompile(`(?m)--.*$`)

// ready are the statements of which the driver knows more than the store: what begins
// and ends a transaction, and what asks SQLite about itself.
var ready = regexp.MustCompile(`^(SELECT|INSERT|UPDATE|DELETE|WITH)\b`)

// TestStatementsArePostgreSQLs: another database, of which the schema differs by the
// names of types alone, takes every statement of the store.
func TestStatementsArePostgreSQLs(t *testing.T) {
	d := newDatabase(t)
	var mu sync.Mutex
	texts := map[string]bool{}
	defer store.OnBind(func(text string) {
		mu.Lock()
		defer mu.Unlock()
		texts[strings.TrimSpace(text)] = true
	})()
	everything(t)
	for _, text := range store.Texts() {
		texts[strings.TrimSpace(text)] = true
	}
	whole, pieces := written(t)
	for _, text := range whole {
		texts[text] = true
	}
	var all strings.Builder
	for text := range texts {
		all.WriteString(strings.Join(strings.Fields(text), " ") + "\n")
	}
	for _, text := range pieces { // what is never made ready would not be tried
		if !strings.Contains(all.String(), text) {
			t.Errorf("no statement with %q was made ready", text)
		}
	}

	migrations, err := store.Migrations()
	storetest.Try(t, "reading the migrations", err)
	schema := []string{"CREATE TABLE goose_db_version (id BIGINT, version_id BIGINT, is_applied BOOLEAN)"}
	for _, text := range migrations {
		for _, s := range strings.Split(comments.ReplaceAllString(text, ""), ";") {
			if s = strings.TrimSpace(s); s != "" {
				schema = append(schema, ownTypes.Replace(s))
			}
		}
	}
	if bad := d.tries(schema); len(bad) > 0 {
		t.Fatalf("the schema: %s", strings.Join(bad, "\n"))
	}
	var prepare []string
	for text := range texts {
		if ready.MatchString(text) && !strings.Contains(text, "goose_db_version") && !strings.Contains(text, "sqlite") {
			prepare = append(prepare, fmt.Sprintf("PREPARE s%d AS %s", len(prepare), numbered.ReplaceAllString(text, "$$$1")))
		}
	}
	if len(prepare) < 150 {
		t.Errorf("only %d statements were tried", len(prepare))
	}
	for _, line := range d.tries(prepare) {
		t.Error(line)
	}
	if bad := d.tries([]string{"PREPARE no AS SELECT nothing FROM leaf"}); len(bad) == 0 {
		t.Error("a statement that is none is taken: this proves nothing")
	}
}

// everything makes every statement of the store ready that no kind or finder makes.
func everything(t *testing.T) {
	t.Helper()
	f := storetest.NewLiveFlow(t)
	copied := storetest.Backup(t, f.World)
	f.CheckRecords()
	f.Restore(copied)
	storetest.Lift(t, f.World, "anna", "gina", "clara")
	anna := f.SignIn("anna")
	_, _, err := f.Desk.ReadAgenda(t.Context(), anna)
	storetest.Try(t, "reading the agenda", err)
	_, _, err = f.Desk.Cases.Search(t.Context(), anna, f.Word("alias"))
	storetest.Try(t, "searching", err)
	_, _, err = f.Desk.AuditLog.Ask(t.Context(), f.SignIn("clara"), f.Code, auditlog.Filter{})
	storetest.Try(t, "asking by a code", err)
}

// written are the statements that stand in the store's files, whole, and the pieces of
// those that are put together.
func written(t *testing.T) (whole, pieces []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	storetest.Try(t, "listing", err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "driver") || name == "older.go" {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		storetest.Try(t, "reading", err)
		joined := map[ast.Node]bool{}
		ast.Inspect(file, func(n ast.Node) bool {
			if b, ok := n.(*ast.BinaryExpr); ok {
				joined[b.X], joined[b.Y] = true, true
			}
			if c, ok := n.(*ast.CallExpr); ok {
				if f, ok := c.Fun.(*ast.Ident); ok && f.Name == "batched" {
					joined[c.Args[0]] = true
				}
			}
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			storetest.Try(t, "reading a text", err)
			switch text = strings.Join(strings.Fields(text), " "); {
			case !ready.MatchString(text) || !strings.Contains(text, " "):
			case joined[lit]:
				pieces = append(pieces, text)
			default:
				whole = append(whole, text)
			}
			return true
		})
	}
	return whole, pieces
}

// TestSQLiteStandsInTheDriver: what only SQLite knows stands in the files of its driver.
func TestSQLiteStandsInTheDriver(t *testing.T) {
	own := regexp.MustCompile(`sqlite3|sqlite_|PRAGMA|\bBEGIN\b|INDEXED|\browid\b|INSERT OR|instr\(`)
	files, err := filepath.Glob("*.go")
	storetest.Try(t, "listing", err)
	read := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "driver") {
			continue
		}
		read++
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		storetest.Try(t, "reading", err)
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && own.MatchString(lit.Value) {
				t.Errorf("%s says %s", name, lit.Value)
			}
			return true
		})
	}
	if read < 10 {
		t.Fatalf("only %d files were read", read)
	}
}
