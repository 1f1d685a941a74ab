package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"sportello/cmd/sportello/ownsheets"

	"github.com/spf13/cobra"
)

// The exit codes, as `sportello help exit-codes` prints them.
const (
	exitDone       = 0
	exitFailed     = 1
	exitUsage      = 2
	exitRefused    = 3
	exitDiffers    = 4
	exitUnfinished = 5
	exitUnreadable = 6
)

const exitCodesText = `0  done
1  failed: a disk, a network or a file did not do what was asked
2  wrong use: an unknown command, flag or setting, or a value that does not fit
3  refused: the folder, a key file, the clock, a state or a rule does not allow it; nothing was changed
4  differs: a log, a bundle, a record or a schema is not what was signed or made
5  unfinished: the service was stopped in the middle of an act; start it once, which finishes or undoes the act, and check again
6  unreadable: a bundle, a public key, a checkpoint or a data file cannot be read as one; whether it is what was signed is not known
`

// refusal is an error that says what to do instead; nothing was changed.
type refusal struct {
	text  string
	cause error
}

func (r *refusal) Error() string { return r.text }
func (r *refusal) Unwrap() error { return r.cause }

func refuse(cause error, format string, args ...any) error {
	return &refusal{fmt.Sprintf(format, args...), cause}
}

// usageError is a command line that does not fit.
type usageError struct{ error }

func wrongUse(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// differs says that something is not what was signed.
type differs struct{ error }

func (d differs) Unwrap() error { return d.error }

// unfinished says that a crash left something that the next start puts right.
type unfinished struct{ error }

// unreadable says that a file is not of the form that it should have.
type unreadable struct{ error }

// program is one run of the command line: where it prints, and the settings.
type program struct {
	out, err io.Writer
	args     []string
	input    []byte    // the file that the command line names to be read, for the server too
	hosted   *instance // in the server: the instance that is open
	settings map[string]*value
	started  bool // the command line was understood
}

// run does one command line and returns its exit code.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	return (&program{out: out, err: errOut, args: args}).run(ctx)
}

func (p *program) run(ctx context.Context) int {
	root := p.root()
	root.SetArgs(p.args)
	root.SetOut(p.out)
	root.SetErr(p.err)
	err := root.ExecuteContext(ctx)
	var done handed
	if err == nil {
		return exitDone
	}
	if errors.As(err, &done) {
		return done.code
	}
	fmt.Fprintf(p.err, "sportello: %v\n", err)
	return p.exitCode(err)
}

func (p *program) exitCode(err error) int {
	var r *refusal
	var d differs
	var u usageError
	var left unfinished
	var form unreadable
	switch {
	case errors.As(err, &d):
		return exitDiffers
	case errors.As(err, &left):
		return exitUnfinished
	case errors.As(err, &form):
		return exitUnreadable
	case errors.As(err, &u) || !p.started:
		return exitUsage
	case errors.As(err, &r):
		return exitRefused
	}
	return exitFailed
}

// root is the command with all its subcommands.
func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "sportello",
		Short: "A case service for women living with violence, and for the centres they choose",
		Long: `sportello keeps the casework of a desk for women living with violence, and hands
a referral to an antiviolence centre only as far as she allowed.

Start with "sportello demo": fictional people in a temporary folder.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			if onlyTalks(c) {
				return nil
			}
			if err := errors.Join(p.configure(c), c.ValidateRequiredFlags(), c.ValidateFlagGroups()); err != nil {
				return err
			}
			p.started = true
			return nil
		},
	}
	p.settings = flags(root)
	root.AddGroup(&cobra.Group{ID: "run", Title: "Run:"}, &cobra.Group{ID: "people", Title: "Agencies, units and people:"},
		&cobra.Group{ID: "keep", Title: "Keep safe:"}, &cobra.Group{ID: "rules", Title: "Data files:"})
	root.AddCommand(p.agencyCommand(), p.unitCommand(), p.userCommand(), p.auditCommand(), ownsheets.Command(ownsheets.Says{Out: p.out, Refuse: refuse, WrongUse: wrongUse}), p.backupCommand(), p.recoveryCommand())
	if p.hosted == nil { // what a running server can be asked for is above
		root.AddCommand(p.initCommand(), p.serveCommand(), p.demoCommand(), p.restoreCommand(),
			stretchCommand(), p.routesCommand(), p.instrumentCommand(), p.versionCommand(), configTopic(), exitCodesTopic())
	}
	return root
}

// onlyTalks is for help and shell completion, which read no setting.
func onlyTalks(c *cobra.Command) bool {
	for ; c != nil; c = c.Parent() {
		if n := c.Name(); n == "help" || n == "completion" || strings.HasPrefix(n, "__complete") {
			return true
		}
	}
	return false
}

// configTopic is `sportello help config`.
func configTopic() *cobra.Command {
	return &cobra.Command{Use: "config", Short: "Every setting: flag, environment, file", Long: configText()}
}

// exitCodesTopic is `sportello help exit-codes`.
func exitCodesTopic() *cobra.Command {
	return &cobra.Command{Use: "exit-codes", Short: "What the exit codes mean", Long: exitCodesText}
}
