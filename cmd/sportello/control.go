package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"sportello/cmd/sportello/files"
)

// One process works on a folder, so a command given while the server runs is
// handed to the server over a socket in the folder. It does there what it would
// do here, with the same gate, policy and log. Only the folder's owner and root
// can reach the socket, and the server asks the kernel who calls.
//
// The files that a command names are the caller's: she reads and writes them, and
// what they hold passes through the socket. The server opens none outside its folder.
const controlSocket = "control"

type controlRequest struct {
	Args  []string `json:"args"`
	Input []byte   `json:"input"` // the file that the command reads, if any
}

// controlAnswer is a part of what the command prints; the last one ends it.
type controlAnswer struct {
	Out  []byte `json:"out,omitempty"`
	Err  []byte `json:"err,omitempty"`
	Done bool   `json:"done,omitempty"`
	Code int    `json:"code,omitempty"`
}

// What a command handed over may be, how long it may take to arrive, and how long
// its caller may take for each part of the answer.
const (
	maxControl = 2 << 20
	askWithin  = 5 * time.Second
	takeWithin = 20 * time.Second
)

// handed is a command that the running server did: its output was printed.
type handed struct{ code int }

func (handed) Error() string { return "the running server did it" }

// with opens the instance for one command, or hands the command to the server
// that has it open.
func (p *program) with(ctx context.Context, f func(*instance) error) error {
	if p.hosted != nil {
		return f(p.hosted)
	}
	in, err := openInstance(ctx, p.text("dir"), opening{now: time.Now, stretches: 1})
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return p.handOver(ctx, err)
	}
	if err != nil {
		return err
	}
	return errors.Join(f(in), in.Close())
}

// into has what a command prints written to a new file, by the caller's own process.
func (p *program) into(path string, f func() error) error {
	if p.hosted != nil {
		return f()
	}
	printed := p.out
	defer func() { p.out = printed }()
	return files.WriteStream(path, func(w io.Writer) error {
		p.out = w
		if err := f(); !handedOver(err) {
			return err
		}
		return nil
	})
}

// handOver gives the command line to the process that holds the folder. busy is
// what to say when there is nobody to take it.
func (p *program) handOver(ctx context.Context, busy error) error {
	folder, err := os.Open(p.text("dir"))
	if err != nil {
		return fmt.Errorf("opening the data folder: %w", err)
	}
	defer folder.Close()
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", socketIn(folder))
	if err != nil {
		return busy
	}
	defer conn.Close()
	if err := json.NewEncoder(conn).Encode(controlRequest{p.args, p.input}); err != nil {
		return fmt.Errorf("asking the running server: %w", err)
	}
	answers := json.NewDecoder(conn)
	for {
		var a controlAnswer
		if err := answers.Decode(&a); err != nil {
			return fmt.Errorf("reading the running server's answer: %w", err)
		}
		if _, err := p.out.Write(a.Out); err != nil {
			return fmt.Errorf("writing the running server's answer: %w", err)
		}
		p.err.Write(a.Err)
		if a.Done {
			return handed{a.Code}
		}
	}
}

// handedOver tells whether the running server did a command, and did it well.
func handedOver(err error) bool {
	var done handed
	return errors.As(err, &done) && done.code == exitDone
}

// socketIn names the socket through the open folder: a socket's own path may
// have some hundred bytes only.
func socketIn(folder *os.File) string {
	return fmt.Sprintf("/proc/self/fd/%d/%s", folder.Fd(), controlSocket)
}

// control takes commands for an open instance until ctx ends.
func control(ctx context.Context, in *instance) (stop func() error, err error) {
	folder, err := os.Open(in.dir)
	if err != nil {
		return nil, fmt.Errorf("opening the data folder: %w", err)
	}
	defer folder.Close()
	if err := os.Remove(filepath.Join(in.dir, controlSocket)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("clearing the control socket: %w", err)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "unix", socketIn(folder))
	if err != nil {
		return nil, fmt.Errorf("making the control socket: %w", err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) // its name ends with the folder's descriptor
	path := filepath.Join(in.dir, controlSocket)
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("closing the control socket to others: %w", err), l.Close())
	}
	var running sync.WaitGroup
	running.Add(1)
	go func() {
		defer running.Done()
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			// One after the other: what the console does is rare and short.
			answer(ctx, in, conn.(*net.UnixConn))
		}
	}()
	return func() error {
		err := errors.Join(l.Close(), os.Remove(path))
		running.Wait()
		return err
	}, nil
}

// answer does one command for a caller who may read the key files anyway.
func answer(ctx context.Context, in *instance, conn *net.UnixConn) {
	defer conn.Close()
	if conn.SetDeadline(time.Now().Add(askWithin)) != nil || !sameOwner(conn) {
		return
	}
	var q controlRequest
	if err := json.NewDecoder(io.LimitReader(conn, maxControl)).Decode(&q); err != nil {
		return
	}
	if conn.SetDeadline(time.Time{}) != nil {
		return
	}
	to := &teller{conn, json.NewEncoder(conn)}
	out := bufio.NewWriterSize(printer(func(b []byte) error { return to.tell(controlAnswer{Out: b}) }), 64<<10)
	p := &program{out: out, args: q.Args, input: q.Input, hosted: in,
		err: printer(func(b []byte) error { return to.tell(controlAnswer{Err: b}) })}
	code := p.run(ctx)
	// A caller who is gone has her answer in the log.
	if out.Flush() == nil {
		_ = to.tell(controlAnswer{Done: true, Code: code})
	}
}

// teller sends an answer in parts. A caller who stops taking them is left.
type teller struct {
	conn *net.UnixConn
	to   *json.Encoder
}

func (t *teller) tell(a controlAnswer) error {
	if err := t.conn.SetWriteDeadline(time.Now().Add(takeWithin)); err != nil {
		return fmt.Errorf("answering the console: %w", err)
	}
	if err := t.to.Encode(a); err != nil {
		return fmt.Errorf("answering the console: %w", err)
	}
	return nil
}

// printer is an io.Writer that hands on what is printed.
type printer func([]byte) error

func (f printer) Write(b []byte) (int, error) {
	if err := f(b); err != nil {
		return 0, err
	}
	return len(b), nil
}

func sameOwner(conn *net.UnixConn) bool {
	raw, err := conn.SyscallConn()
	if err != nil {
		return false
	}
	ok := false
	err = raw.Control(func(fd uintptr) {
		who, err := syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
		ok = err == nil && (who.Uid == 0 || int(who.Uid) == os.Geteuid())
	})
	return err == nil && ok
}
