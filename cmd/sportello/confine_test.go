package main

import (
	"archive/tar"
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"sportello/cmd/sportello/confined"
	"sportello/crypto"

	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
)

// TestConfined serves a folder in a process of its own. From inside it, on threads
// that were there before, nothing outside the folder is read, written, run or
// connected to; from outside it serves, writes, checks, is backed up, stops, and
// starts again, the second time as a demo. On a kernel without Landlock it says that it is not confined.
func TestConfined(t *testing.T) {
	if dir := os.Getenv("SPORTELLO_SERVED"); dir != "" {
		tryFromInside(t, dir)
		return
	}
	dir, outside := filepath.Join(t.TempDir(), "data"), t.TempDir()
	check(t, seedInto(dir))
	for _, name := range []string{keysDir, "secrets"} { // on another disk, as a link
		check(t, os.Rename(filepath.Join(dir, name), filepath.Join(outside, name)))
		check(t, os.Symlink(filepath.Join(outside, name), filepath.Join(dir, name)))
	}
	s := serveTried(t, dir, plant(t, outside), "serve", "--insecure-loopback")
	s.held(t)
	anna := s.signIn(t, "anna")
	anna.contact(t)
	s.maintained(t, dir, filepath.Join(outside, "copies"))
	s.stop(t)
	if _, err := os.Stat(filepath.Join(dir, "sportello.db-wal")); err == nil {
		t.Error("the write-ahead log was not closed")
	}
	accounts := filepath.Join(t.TempDir(), "accounts.json")
	again := serveTried(t, dir, plant(t, t.TempDir()), "demo", "--accounts", accounts)
	again.held(t)
	if _, err := os.Stat(accounts); err != nil {
		t.Errorf("the accounts: %v", err)
	}
	again.signIn(t, "lucia").contact(t)
	again.stop(t)
	var out, said bytes.Buffer
	if code := run(t.Context(), []string{"audit", "verify", "--records", "--dir", dir}, &out, &said); code != exitDone {
		t.Errorf("verifying the records: exit code %d, %s%s", code, &out, &said)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// plant makes what the process must not reach: a file, a database and a listener.
func plant(t *testing.T, outside string) []string {
	t.Helper()
	check(t, os.WriteFile(filepath.Join(outside, "planted"), []byte("planted"), 0o600))
	for n := range threads + 1 {
		check(t, os.WriteFile(filepath.Join(outside, fmt.Sprint("spare", n+1)), nil, 0o600))
	}
	db, err := sql.Open("sqlite3", filepath.Join(outside, "planted.db"))
	check(t, err)
	_, err = db.Exec("CREATE TABLE planted (n INTEGER)")
	check(t, err)
	check(t, db.Close())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	t.Cleanup(func() { l.Close() })
	return []string{"SPORTELLO_OUTSIDE=" + outside, "SPORTELLO_LISTENER=" + l.Addr().String()}
}

// spare counts the planted files that were removed, or should have been.
var spare atomic.Int32

// attempts are what code in the process may try. TCP is asked for as such: Go's
// own listeners speak MPTCP, which Landlock does not limit.
func attempts(dir string) map[string]func() error {
	outside, ctx := os.Getenv("SPORTELLO_OUTSIDE"), context.Background()
	tcp := func(string, string, syscall.RawConn) error { return nil }
	return map[string]func() error{
		"read":  func() error { _, err := os.ReadFile(filepath.Join(outside, "planted")); return err },
		"list":  func() error { _, err := os.ReadDir(outside); return err },
		"write": func() error { return os.WriteFile(filepath.Join(outside, "planted"), nil, 0o600) },
		"make": func() error {
			f, err := os.CreateTemp(outside, "made")
			if err == nil {
				f.Close()
			}
			return err
		},
		"remove": func() error { return os.Remove(filepath.Join(outside, fmt.Sprint("spare", spare.Add(1)))) },
		"link out": func() error {
			return os.Link(filepath.Join(dir, "sportello.db"), filepath.Join(outside, fmt.Sprint(time.Now().UnixNano())))
		},
		"run": func() error {
			pid, err := syscall.ForkExec("/bin/true", []string{"true"}, nil)
			if err == nil {
				_, err = syscall.Wait4(pid, nil, 0, nil)
			}
			return err
		},
		"connect": func() error {
			d := net.Dialer{Control: tcp}
			d.SetMultipathTCP(false)
			c, err := d.DialContext(ctx, "tcp", os.Getenv("SPORTELLO_LISTENER"))
			if err == nil {
				c.Close()
			}
			return err
		},
		"listen": func() error {
			c := net.ListenConfig{Control: tcp}
			c.SetMultipathTCP(false)
			l, err := c.Listen(ctx, "tcp", "127.0.0.1:0")
			if err == nil {
				l.Close()
			}
			return err
		},
		"open a database": func() error { // in C
			db, err := sql.Open("sqlite3", filepath.Join(outside, "planted.db"))
			if err != nil {
				return err
			}
			defer db.Close()
			_, err = db.Exec("SELECT n FROM planted")
			return err
		},
	}
}

// threads that are there before the process confines itself.
const threads = 6

// tryFromInside serves, as main does, and tries everything before and after.
func tryFromInside(t *testing.T, dir string) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	all := attempts(dir)
	for name, f := range all {
		if err := f(); err != nil {
			t.Fatalf("before it is confined, %s: %v", name, err)
		}
	}
	confined := make(chan bool)
	var tried, ready sync.WaitGroup
	for range threads {
		ready.Add(1)
		tried.Go(func() {
			runtime.LockOSThread() // its thread is there before, and nobody else's
			ready.Done()
			<-confined
			for name, f := range all {
				fmt.Printf("tried %s: %v\n", name, f())
			}
		})
	}
	ready.Wait()
	ended := make(chan int)
	go func() {
		ended <- run(ctx, append(strings.Fields(os.Getenv("SPORTELLO_COMMAND")), "--dir", dir, "--addr", os.Getenv("SPORTELLO_AT")), os.Stdout, os.Stdout)
	}()
	for { // the socket is made once the process is confined
		if _, err := os.Stat(filepath.Join(dir, controlSocket)); err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	close(confined)
	tried.Wait()
	db, err := sql.Open("sqlite3", filepath.Join(dir, "sportello.db"))
	check(t, err)
	var busy, pages, moved int
	check(t, db.QueryRow("PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved))
	check(t, db.Close())
	fmt.Printf("checkpoint: busy %d\nall tried\n", busy)
	if code := <-ended; code != exitDone {
		t.Fatalf("serving ended with exit code %d", code)
	}
	os.Exit(0) // what the test would clean up is out of its reach
}

// tried is a served folder that was tried from inside.
type tried struct {
	running
	c    *exec.Cmd
	said *said
}

// said is what a process prints, as it prints it.
type said struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// until waits for a text, at most two minutes.
func (s *said) until(t *testing.T, text string) {
	t.Helper()
	for range 2400 {
		if strings.Contains(s.String(), text) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("it never said %q:\n%s", text, s)
}

func serveTried(t *testing.T, dir string, env []string, command ...string) *tried {
	t.Helper()
	port, err := openPort()
	check(t, err)
	s := &tried{said: &said{}, c: exec.Command(os.Args[0], "-test.run=^TestConfined$", "-test.timeout=5m")}
	s.c.Env = append(append(os.Environ(), env...), "SPORTELLO_SERVED="+dir, "SPORTELLO_COMMAND="+strings.Join(command, " "), "TMPDIR="+t.TempDir(), "SPORTELLO_AT=127.0.0.1:"+port)
	s.c.Stdout, s.c.Stderr = s.said, s.said
	check(t, s.c.Start())
	t.Cleanup(func() { s.c.Process.Kill() })
	s.at, s.pid = "http://127.0.0.1:"+port, s.c.Process.Pid
	s.people, err = readDemoAccounts(dir)
	check(t, err)
	s.said.until(t, "all tried\n")
	return s
}

// stop ends the process as systemd does, and wants a good end.
func (s *tried) stop(t *testing.T) {
	t.Helper()
	check(t, s.c.Process.Signal(syscall.SIGTERM))
	if err := s.c.Wait(); err != nil {
		t.Errorf("stopping: %v\n%s", err, s.said)
	}
}

// held compares what was tried with what the kernel is able to refuse.
func (s *tried) held(t *testing.T) {
	t.Helper()
	abi := max(0, landlockHere())
	text := s.said.String()
	if !strings.Contains(text, confined.Says(abi)) {
		t.Errorf("the log does not say %q", confined.Says(abi))
	}
	if !strings.Contains(text, "checkpoint: busy 0\n") {
		t.Error("the write-ahead log could not be copied into the database")
	}
	for name := range attempts("") {
		limited := abi >= 1
		if name == "connect" || name == "listen" {
			limited = abi >= 4
		}
		got := strings.Count(text, "tried "+name+": ") - strings.Count(text, "tried "+name+": <nil>")
		if limited && got != threads || !limited && got != 0 {
			t.Errorf("%s: refused on %d of %d threads", name, got, threads)
		}
	}
	if t.Failed() {
		t.Logf("it said:\n%s", text)
	}
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", s.pid))
	check(t, err)
	if len(tasks) < threads {
		t.Errorf("%d threads", len(tasks))
	}
	for _, task := range tasks {
		status, err := os.ReadFile(task)
		if err == nil && bytes.Contains(status, []byte("NoNewPrivs:\t1\n")) != (abi >= 1) {
			t.Errorf("a thread may gain privileges:\n%s", status)
		}
	}
}

// landlockHere is the version of this machine's kernel, below 1 without.
func landlockHere() int {
	abi, err := ll.LandlockGetABIVersion()
	if err != nil {
		return 0
	}
	return abi
}

// maintained has the commands do their work beside the server, with files where
// the server cannot reach.
func (s *tried) maintained(t *testing.T, dir, to string) {
	t.Helper()
	for _, args := range [][]string{
		{"agency", "create", "--name", "Comune di Prova"},
		{"backup", "--to", to},
		{"audit", "export", "--out", filepath.Join(to, "log.zip")},
		{"audit", "verify", filepath.Join(to, "log.zip"), "--key", keyPath(dir, logPubFile)},
		{"audit", "verify", "--records"},
	} {
		var out, said bytes.Buffer
		if code := run(t.Context(), append(args, "--dir", dir), &out, &said); code != exitDone {
			t.Errorf("%v: exit code %d, %s%s", args, code, &out, &said)
		}
	}
	sealed, err := os.ReadFile(filepath.Join(to, keysArtefact))
	check(t, err)
	id, err := readIdentity(filepath.Join(dir, demoRecovery))
	check(t, err)
	if err := opensKeys(id, sealed); err != nil {
		t.Errorf("the sealed key files: %v", err)
	}
	s.said.until(t, "all records are what the log says")
}

// TestConfinementFailsClosed: where the kernel has no Landlock the service runs and
// says so; where the kernel has it and it fails, nothing is served.
func TestConfinementFailsClosed(t *testing.T) {
	if filter := os.Getenv("SPORTELLO_FILTER"); filter != "" {
		serveFiltered(t, filter)
		return
	}
	for _, c := range []struct {
		name       string
		call       int
		errno      syscall.Errno
		refuses    bool
		wantInside string
	}{
		{"an old kernel", callCreate, syscall.ENOSYS, false, "not confined: this kernel has no Landlock"},
		{"switched off at boot", callCreate, syscall.EOPNOTSUPP, false, "not confined: this kernel has no Landlock"},
		{"a container of before Landlock", callCreate, syscall.EPERM, false, "not confined: this kernel has no Landlock"},
		{"out of memory", callCreate, syscall.ENOMEM, true, "asking the kernel how it confines"},
		{"forbidden to confine", callRestrict, syscall.EPERM, landlockHere() > 0, "confin"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := small(t)
			port, err := openPort()
			check(t, err)
			out := &said{}
			served := exec.Command(os.Args[0], "-test.run=^TestConfinementFailsClosed$")
			served.Env = append(os.Environ(), fmt.Sprintf("SPORTELLO_FILTER=%d %d", c.call, c.errno), "TMPDIR="+t.TempDir(), "SPORTELLO_DIR="+dir, "SPORTELLO_ADDR=127.0.0.1:"+port)
			served.Stdout, served.Stderr = out, out
			check(t, served.Start())
			t.Cleanup(func() { served.Process.Kill() })
			out.until(t, c.wantInside)
			if c.refuses {
				err := served.Wait()
				if got := served.ProcessState.ExitCode(); got != exitFailed || strings.Contains(out.String(), "serving") {
					t.Errorf("exit code %d, %v, want %d and nothing served:\n%s", got, err, exitFailed, out)
				}
				return
			}
			out.until(t, "all records are what the log says")
			res, err := http.Get("http://127.0.0.1:" + port + "/entra")
			if err != nil || res.StatusCode != http.StatusOK {
				t.Fatalf("the sign-in page: %v", err)
			}
			res.Body.Close()
			check(t, served.Process.Signal(syscall.SIGTERM))
			if err := served.Wait(); err != nil {
				t.Errorf("stopping: %v\n%s", err, out)
			}
		})
	}
}

// The calls of Landlock, the same number on every machine.
const (
	callCreate   = 444
	callRestrict = 446
)

// serveFiltered becomes `sportello serve` in a process where the kernel answers one
// call with an error.
func serveFiltered(t *testing.T, filter string) {
	var call, errno int
	_, err := fmt.Sscan(filter, &call, &errno)
	check(t, err)
	const (
		load, equal, answer = syscall.BPF_LD | syscall.BPF_W | syscall.BPF_ABS, syscall.BPF_JMP | syscall.BPF_JEQ | syscall.BPF_K, syscall.BPF_RET | syscall.BPF_K
		allow, fail         = 0x7fff0000, 0x00050000
	)
	code := []syscall.SockFilter{{Code: load}, {Code: equal, Jf: 1, K: uint32(call)}, {Code: answer, K: fail | uint32(errno)}, {Code: answer, K: allow}}
	program := syscall.SockFprog{Len: uint16(len(code)), Filter: &code[0]}
	runtime.LockOSThread()                                                                   // a filter is its thread's, and what the thread becomes
	for _, p := range [][3]uintptr{{38, 1, 0}, {22, 2, uintptr(unsafe.Pointer(&program))}} { // PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP
		if _, _, e := syscall.RawSyscall6(syscall.SYS_PRCTL, p[0], p[1], p[2], 0, 0, 0); e != 0 {
			t.Fatalf("filtering calls: %v", e)
		}
	}
	binary, err := os.Executable()
	check(t, err)
	check(t, syscall.Exec(binary, []string{"sportello", "serve", "--insecure-loopback"}, os.Environ()))
}

// TestConfinementIsToldApart: the log never says more than the kernel holds.
func TestConfinementIsToldApart(t *testing.T) {
	for abi, want := range map[int]string{-1: "not confined", 0: "not confined", 1: "connections are not limited", 3: "connections are not limited", 4: "no TCP connection", 9: "no TCP connection"} {
		if got := confined.Says(abi); !strings.Contains(got, want) || strings.Contains(got, "no TCP") != (abi >= 4) {
			t.Errorf("Landlock %s: %q, want %q", strconv.Itoa(abi), got, want)
		}
	}
}

// opensKeys reads the sealed key files as `age -d | tar -t` does.
func opensKeys(id crypto.Identity, sealed []byte) error {
	b, err := crypto.OpenFile(id, sealed)
	if err != nil {
		return err
	}
	r := tar.NewReader(bytes.NewReader(b))
	for _, want := range sealedKeys {
		h, err := r.Next()
		if err != nil || h.Name != want {
			return fmt.Errorf("%s is not there: %w", want, err)
		}
	}
	return nil
}
