package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"sportello/cmd/sportello/confined"
	"sportello/cmd/sportello/files"

	"github.com/landlock-lsm/go-landlock/landlock"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// The demo's own files in its folder. The accounts are written last: a folder
// without them was not finished.
const (
	demoAccounts = "demo-accounts.json"
	demoRecovery = "demo-recovery-identity.txt"
)

// demoAccount is a fictional person, as --accounts writes her.
type demoAccount struct {
	Username   string `json:"username"`
	Passphrase string `json:"passphrase"`
	Seed       string `json:"totp_secret"`
	Algorithm  string `json:"totp_algorithm"`
	Role       string `json:"role"`
	Unit       string `json:"unit"`
	Language   string `json:"language"`
}

func (p *program) demoCommand() *cobra.Command {
	var accounts string
	c := &cobra.Command{
		Use: "demo", GroupID: "run", Args: cobra.NoArgs,
		Short: "Serve fictional people and cases, to try everything",
		Long: `Makes a data folder with fictional people, units, cases and one referral, serves
it over plain HTTP on this machine only, and prints the address and, for each
account, user name, passphrase and current one-time code.

Nothing is short-cut: units are founded, words compared on both sides, people
admitted, centres pinned. While it fills a new folder its clock starts a day back;
afterwards, and on every later start, it is the real one.

Without --dir the folder is temporary and removed at the end. With --dir it
stays, and the next start goes on with the same accounts.`,
		Example: `  sportello demo
  sportello demo --dir prova --addr 127.0.0.1:8080
  sportello demo --addr 127.0.0.1:0 --accounts accounts.json
  sportello demo codes --dir prova`,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.demo(c.Context(), c.Flags().Changed("dir"), accounts)
		},
	}
	p.takes(c, "addr", "proxy", "proxy-header", "stretches", "texts")
	c.Flags().StringVar(&accounts, "accounts", "", "also write the accounts as JSON to this file, readable by its owner only")
	c.AddCommand(p.demoCodesCommand())
	return c
}

func (p *program) demoCodesCommand() *cobra.Command {
	return &cobra.Command{
		Use: "codes", Args: cobra.NoArgs,
		Short:   "Print the current one-time codes of a demo's accounts",
		Example: "  sportello demo codes --dir prova",
		RunE: func(*cobra.Command, []string) error {
			people, err := readDemoAccounts(p.text("dir"))
			if err != nil {
				return err
			}
			fmt.Fprint(p.out, accountTable(people, time.Now()))
			return nil
		},
	}
}

func (p *program) demo(ctx context.Context, keep bool, accounts string) error {
	if err := built(); err != nil {
		return err
	}
	addr := p.text("addr")
	if !loopback(addr) {
		return refuse(nil, "the demo serves fictional accounts with known passphrases: it takes a loopback address only, such as 127.0.0.1:8443")
	}
	dir := p.text("dir")
	if !keep {
		var err error
		if dir, err = os.MkdirTemp("", "sportello-demo-"); err != nil {
			return fmt.Errorf("making a temporary folder: %w", err)
		}
		// What holds the folder cannot be opened any more, so not os.RemoveAll.
		defer func() { _ = errors.Join(clearFolder(dir), os.Remove(dir)) }()
	}
	l, err := listen(ctx, addr) // before the work: a busy port shows at once
	if err != nil {
		return err
	}
	defer l.Close()
	if err := p.prepareDemo(ctx, dir); err != nil {
		return err
	}
	people, err := readDemoAccounts(dir)
	if err != nil {
		return err
	}
	n, err := p.stretches()
	if err != nil {
		return err
	}
	proxy, err := p.behind()
	if err != nil {
		return err
	}
	apart, err := startStretcher(n)
	if err != nil {
		return err
	}
	defer apart.Close()
	in, err := openInstance(ctx, dir, opening{now: time.Now, stretches: n, stretcher: apart})
	if err != nil {
		return err
	}
	s, err := p.demoSite(in)
	if err != nil {
		return errors.Join(err, in.Close())
	}
	s.proxy = proxy
	if accounts != "" {
		if err := files.Replace(accounts, mustJSON(people)); err != nil {
			return errors.Join(err, in.Close())
		}
	}
	if err := confined.To(slog.New(slog.NewTextHandler(p.err, nil)), foldersOf(dir), demoRights(dir, keep)...); err != nil {
		return errors.Join(err, in.Close())
	}
	ctx, cancel := apart.while(ctx)
	defer cancel()
	stop := p.showAccounts(ctx, "http://"+l.Addr().String(), dir, people)
	err = s.run(ctx, l, nil)
	stop()
	return errors.Join(err, in.Close())
}

// demoRights let a temporary folder be removed at the end: what is in it, and
// itself, which takes the right to remove empty folders beside it.
func demoRights(dir string, keep bool) []landlock.Rule {
	if keep {
		return nil
	}
	return []landlock.Rule{landlock.PathAccess(ll.AccessFSRemoveDir, filepath.Dir(dir))}
}

// demoSite serves with fictional texts where none are given.
func (p *program) demoSite(in *instance) (*site, error) {
	words, err := readTexts(p.text("texts"))
	if p.text("texts") == "" {
		words = demoTexts
	}
	quiet := slog.New(slog.NewTextHandler(p.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return &site{in: in, log: quiet, texts: words}, err
}

// prepareDemo fills a folder that is empty, and leaves a finished one alone.
func (p *program) prepareDemo(ctx context.Context, dir string) error {
	free, err := empty(dir)
	if err != nil {
		return err
	}
	if free {
		fmt.Fprintln(p.err, "making keys, people and cases; this takes some seconds")
		if err := seedDemo(ctx, dir); err != nil {
			// The folder was empty: what is in it now is this attempt.
			return errors.Join(err, clearFolder(dir))
		}
		return nil
	}
	if _, err := os.Stat(filepath.Join(dir, demoAccounts)); errors.Is(err, fs.ErrNotExist) {
		return refuse(err, "the folder is not empty and is no finished demo: a demo is never made over something else")
	}
	return nil
}

func clearFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
	}
	return err
}

func readDemoAccounts(dir string) ([]demoAccount, error) {
	b, err := os.ReadFile(filepath.Join(dir, demoAccounts))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, refuse(err, "there is no demo in this folder")
	}
	if err != nil {
		return nil, fmt.Errorf("reading the demo's accounts: %w", err)
	}
	var people []demoAccount
	if err := json.Unmarshal(b, &people); err != nil {
		return nil, refuse(err, "reading the demo's accounts: the file was altered")
	}
	return people, nil
}

func mustJSON(v any) []byte {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic(err) // plain strings always encode
	}
	return append(b, '\n')
}

// code is the one-time code of a seed now.
func code(seed string, now time.Time) (string, error) {
	return totp.GenerateCodeCustom(seed, now, totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
}

// accountTable is what the demo prints of its fictional people.
func accountTable(people []demoAccount, now time.Time) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "USER\tCODE\tPASSPHRASE\tROLE\tUNIT")
	for _, a := range people {
		c, err := code(a.Seed, now)
		if err != nil {
			c = "------"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", a.Username, c, a.Passphrase, a.Role, a.Unit)
	}
	w.Flush()
	return b.String()
}

// showAccounts prints the accounts; on a terminal it keeps their codes fresh
// until the function that it returns is called.
func (p *program) showAccounts(ctx context.Context, address, dir string, people []demoAccount) (stop func()) {
	fmt.Fprintf(p.out, "\n%s   (fictional people; stop with Ctrl-C)\n\n", address)
	fmt.Fprint(p.out, accountTable(people, time.Now()))
	f, isFile := p.out.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		fmt.Fprintf(p.out, "\nA code works once and changes every 30 seconds; for new ones: %s demo codes --dir %s\n", os.Args[0], dir)
		return func() {}
	}
	fmt.Fprintln(p.out, "\nA code works once; these change by themselves every 30 seconds.")
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			next := time.Now().Truncate(30 * time.Second).Add(30 * time.Second)
			select {
			case <-ctx.Done():
				return
			case <-time.After(time.Until(next)):
				fmt.Fprintf(p.out, "\x1b[%dA\r%s\n\x1b[1B", len(people)+3, accountTable(people, time.Now()))
			}
		}
	}()
	return func() { cancel(); <-done }
}
