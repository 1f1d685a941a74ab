package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sportello/cmd/sportello/confined"
	"sportello/crypto"

	"golang.org/x/sys/unix"
)

// TestStretcherIsConfined starts what stretches passphrases, as the service does:
// it makes what this process makes, has nothing of it but one connection, gives way
// to everything, and when it is gone whoever waits is told.
func TestStretcherIsConfined(t *testing.T) {
	t.Setenv("SPORTELLO_SECRET", "in the environment")
	s, err := startStretcher(2)
	check(t, err)
	salt := crypto.NewSalt()
	want, err := crypto.InProcess{}.Stretch(0, []byte("abaco-fune"), salt)
	check(t, err)
	if got, err := s.Stretch(0, []byte("abaco-fune"), salt); err != nil || !bytes.Equal(got, want) {
		t.Fatalf("stretching: %x, %v, want %x", got, err, want)
	}
	proc := fmt.Sprintf("/proc/%d", s.process.Process.Pid)
	tasks, err := filepath.Glob(proc + "/task/*")
	check(t, err)
	for _, task := range tasks {
		stat, err := os.ReadFile(task + "/stat")
		check(t, err)
		if nice := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))[16]; nice != fmt.Sprint(leastNice) {
			t.Errorf("a thread has nice %s, want %d", nice, leastNice)
		}
		status, err := os.ReadFile(task + "/status")
		check(t, err)
		if landlockHere() > 0 && !bytes.Contains(status, []byte("NoNewPrivs:\t1\n")) {
			t.Error("a thread is not confined")
		}
	}
	limits, err := os.ReadFile(proc + "/limits")
	check(t, err)
	for _, line := range strings.Split(string(limits), "\n") {
		if strings.HasPrefix(line, "Max core file size") && strings.Fields(line)[4] != "0" {
			t.Errorf("it may leave a core file: %s", line)
		}
	}
	if os.Geteuid() == 0 { // its memory is closed to everybody else
		environment, err := os.ReadFile(proc + "/environ")
		check(t, err)
		if len(environment) > 0 {
			t.Errorf("it has %d bytes of environment", len(environment))
		}
		open, err := os.ReadDir(proc + "/fd")
		check(t, err)
		for _, f := range open {
			to, _ := os.Readlink(filepath.Join(proc, "fd", f.Name()))
			mine, _ := os.Readlink(filepath.Join("/proc/self/fd", f.Name()))
			if given := to == mine && strings.HasPrefix(to, "pipe:"); given {
				continue // by whoever started this test, to all that comes of it
			}
			// Go's runtime reads how much of the processor it may use.
			if !strings.HasPrefix(to, "socket:") && to != "/dev/null" && !strings.HasPrefix(to, "anon_inode:") && !strings.HasPrefix(to, "/sys/fs/cgroup/") {
				t.Errorf("it has %s open", to)
			}
		}
	}
	check(t, s.process.Process.Kill())
	<-s.ended
	if _, err := s.Stretch(0, []byte("abaco-fune"), salt); !errors.Is(err, crypto.ErrStretch) {
		t.Errorf("when it is gone: got %v, want ErrStretch", err)
	}
	check(t, s.Close())
}

// TestNothingIsLeftToTheStretcher: what gives up everything reads no file, runs
// nothing and connects nowhere.
func TestNothingIsLeftToTheStretcher(t *testing.T) {
	if os.Getenv("SPORTELLO_GIVES_UP") != "" {
		dir := t.TempDir()
		check(t, os.WriteFile(filepath.Join(dir, "planted"), nil, 0o600))
		os.Setenv("SPORTELLO_OUTSIDE", dir)
		_, err := confined.Restrict()
		check(t, err)
		for _, name := range []string{"read", "list", "write", "make", "run"} {
			fmt.Printf("tried %s: %v\n", name, attempts(dir)[name]())
		}
		os.Exit(0)
	}
	if landlockHere() < 1 {
		t.Skip("this kernel has no Landlock")
	}
	c := exec.Command(os.Args[0], "-test.run=^TestNothingIsLeftToTheStretcher$")
	c.Env = append(os.Environ(), "SPORTELLO_GIVES_UP=1", "TMPDIR="+t.TempDir()) // out of its own reach at the end
	out, err := c.CombinedOutput()
	check(t, err)
	if strings.Count(string(out), "tried ") != 5 || strings.Contains(string(out), "<nil>") {
		t.Errorf("it can do what it should not:\n%s", out)
	}
}

// TestServiceEndsWithItsStretcher: nothing can be started any more once the service
// is confined, so that it ends, says why, and serves again when it is started again.
func TestServiceEndsWithItsStretcher(t *testing.T) {
	dir := small(t)
	for range 2 {
		port, err := openPort()
		check(t, err)
		out := &said{}
		c := &exec.Cmd{Path: os.Args[0], Args: []string{"sportello", "serve", "--dir", dir, "--addr", "127.0.0.1:" + port, "--insecure-loopback"}, Env: os.Environ(), Stderr: out}
		check(t, c.Start())
		t.Cleanup(func() { c.Process.Kill() })
		out.until(t, "all records are what the log says")
		res, err := http.Get("http://127.0.0.1:" + port + "/entra")
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("the sign-in page: %v", err)
		}
		res.Body.Close()
		http.DefaultClient.CloseIdleConnections()
		check(t, syscall.Kill(childOf(t, c.Process.Pid), syscall.SIGKILL))
		ended := make(chan error, 1)
		go func() { ended <- c.Wait() }()
		select {
		case <-ended:
		case <-time.After(stopWithin + 10*time.Second):
			t.Fatalf("the service goes on without what stretches passphrases:\n%s", out)
		}
		if got := c.ProcessState.ExitCode(); got != exitFailed || !strings.Contains(out.String(), errStretcherEnded.Error()) {
			t.Errorf("exit code %d, want %d and the reason:\n%s", got, exitFailed, out)
		}
	}
}

// childOf is the one process that another one started.
func childOf(t *testing.T, pid int) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	var child int
	if _, scanned := fmt.Sscan(string(text), &child); err == nil && scanned == nil {
		return child
	}
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	check(t, err)
	for _, path := range all {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		var parent int
		if _, err := fmt.Sscan(strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))[1], &parent); err == nil && parent == pid {
			if _, err := fmt.Sscan(filepath.Base(filepath.Dir(path)), &child); err == nil {
				return child
			}
		}
	}
	t.Fatal("it has started no process")
	return 0
}

// TestMemoryIsClosed: nothing of the program's memory goes into a core file or to
// another process of the same user.
func TestMemoryIsClosed(t *testing.T) {
	check(t, harden())
	if dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0); err != nil || dumpable != 0 {
		t.Errorf("the memory is open: %d, %v", dumpable, err)
	}
	var core unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &core); err != nil || core.Cur != 0 || core.Max != 0 {
		t.Errorf("a core file of %d bytes may be left: %v", core.Max, err)
	}
}
