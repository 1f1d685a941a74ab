package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"

	"sportello/cmd/sportello/confined"
	"sportello/crypto"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
)

// leastNice is the lowest priority there is: whoever reads a page goes first.
const leastNice = 19

// stretchCommand is the other end of startStretcher. It is no command for people.
func stretchCommand() *cobra.Command {
	return &cobra.Command{
		Use: "stretch PLACES", Hidden: true, Args: cobra.ExactArgs(1),
		Short: "Stretch passphrases for the process that started this one",
		RunE: func(_ *cobra.Command, args []string) error {
			slots, err := strconv.Atoi(args[0])
			if err != nil || slots < 1 {
				return wrongUse("stretching: it is started by `sportello serve`, with a number of slots")
			}
			return stretchFor(os.Stdin, slots)
		},
	}
}

// stretchFor gives up everything but its one connection and stretches what comes
// over it. It reads no file, knows no key and no pepper, and runs when nothing else
// wants to.
func stretchFor(conn *os.File, slots int) error {
	// The process is alone in its group: that names all its threads, and those to
	// come have the priority of the thread that makes them. It stays in the session
	// of the service, so that it yields to the service and not to what else runs.
	if err := unix.Setpriority(unix.PRIO_PGRP, 0, leastNice); err != nil {
		return fmt.Errorf("lowering the priority: %w", err)
	}
	if _, err := confined.Restrict(); err != nil {
		return err
	}
	debug.SetMemoryLimit(int64(slots)*2*crypto.StretchMemory + 32<<20)
	return crypto.AnswerStretches(conn, slots)
}

// harden keeps what this process holds in its memory out of core files and away
// from other processes of the same user. Pages are not locked: Go copies what it
// moves, so that a lock would promise what it does not hold.
func harden() error {
	err := errors.Join(unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0), unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}))
	if err != nil {
		return fmt.Errorf("closing the memory to others: %w", err)
	}
	return nil
}

// stretcher is the process in which passphrases are stretched while the service
// runs: Argon2 in the same process, even one at a time, made everybody wait.
type stretcher struct {
	*crypto.Remote
	process *exec.Cmd
	ended   chan struct{}
}

// errStretcherEnded ends the service, since nothing may be started any more; what
// watches over the service starts it again.
var errStretcherEnded = errors.New("the process that stretches passphrases has ended")

// startStretcher starts this program again, with an empty environment and one end
// of a socket pair, over which alone passphrases pass. It is done before the
// service is confined: afterwards nothing is executed.
func startStretcher(slots int) (*stretcher, error) {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("making a socket pair: %w", err)
	}
	theirs := os.NewFile(uintptr(pair[1]), "stretcher")
	defer theirs.Close()
	if err := syscall.SetNonblock(pair[0], true); err != nil { // waiting for an answer holds no thread
		return nil, errors.Join(fmt.Errorf("making a socket pair: %w", err), syscall.Close(pair[0]))
	}
	ours := os.NewFile(uintptr(pair[0]), "stretcher")
	s := &stretcher{ended: make(chan struct{}), process: &exec.Cmd{
		Path: "/proc/self/exe", Args: []string{"sportello", "stretch", strconv.Itoa(slots)},
		Env: []string{}, Dir: "/", Stdin: theirs, SysProcAttr: &syscall.SysProcAttr{Setpgid: true}}}
	if err := s.process.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("starting what stretches passphrases: %w", err), ours.Close())
	}
	s.Remote = crypto.NewRemote(ours)
	go func() {
		_ = s.process.Wait() // how it ended does not matter: that it did does
		close(s.ended)
	}()
	return s, nil
}

// while is a context that ends with the process.
func (s *stretcher) while(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-s.ended:
			cancel(errStretcherEnded)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}

// Close ends the process by closing its connection, and waits for it.
func (s *stretcher) Close() error {
	err := s.Remote.Close()
	select {
	case <-s.ended:
	case <-time.After(stopWithin):
		err = errors.Join(err, s.process.Process.Kill())
	}
	return err
}

// tellRefusals has leaves say, beside the requests, how many sign-ins were refused.
func (s *site) tellRefusals(ctx context.Context) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				s.toldRefusals(s.in.door.RecordRefusals(context.WithoutCancel(ctx), true))
				return
			case <-tick.C:
				s.toldRefusals(s.in.door.RecordRefusals(context.WithoutCancel(ctx), false))
			}
		}
	}()
	return done
}

// toldRefusals reports once that they could not be recorded, and once that they were.
func (s *site) toldRefusals(err error) {
	if err != nil && !s.untold {
		s.log.Error("refused sign-ins could not be recorded; trying again", "error", err)
	} else if err == nil && s.untold {
		s.log.Info("refused sign-ins are recorded again")
	}
	s.untold = err != nil
}
