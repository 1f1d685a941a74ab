package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/auditlog"
	"sportello/referrals/store"

	"github.com/spf13/cobra"
)

func (p *program) auditCommand() *cobra.Command {
	c := &cobra.Command{Use: "audit", GroupID: "keep", Short: "Verify and export the log"}
	c.AddCommand(p.auditVerify(), p.auditExport(), p.auditCheckpoint(), p.auditPurposes())
	return c
}

func (p *program) auditPurposes() *cobra.Command {
	lang, controller := "it", ""
	c := &cobra.Command{
		Use: "purposes", Args: cobra.NoArgs,
		Short: "Print the record of processing activities (GDPR art. 30)",
		Long: `Prints the record of processing activities that article 30 of the GDPR asks for,
made from the map that classes every column of the database: purposes, whose data,
recipients, time limits, categories of data. Legal bases and contacts are the
controller's own to add. It needs no data folder.`,
		Example: `  sportello audit purposes --controller "Comune di Prova"
  sportello audit purposes --lang en --controller "Comune di Prova"`,
		RunE: func(*cobra.Command, []string) error {
			if lang != "it" && lang != "en" {
				return wrongUse("--lang is it or en")
			}
			if strings.TrimSpace(controller) == "" {
				return wrongUse("the record needs --controller, the name of the controller")
			}
			m, err := policies.DataMap()
			if err != nil {
				return err
			}
			return m.WriteRecord(p.out, lang, controller)
		},
	}
	c.Flags().StringVar(&lang, "lang", lang, "language, it or en")
	c.Flags().StringVar(&controller, "controller", "", "name of the controller")
	return c
}

func (p *program) auditVerify() *cobra.Command {
	var key string
	var earlier []string
	records := false
	c := &cobra.Command{
		Use: "verify [BUNDLE]", Args: cobra.MaximumNArgs(1),
		Short: "Check an exported log, or every record of a folder against its log",
		Long: `With BUNDLE: checks an exported log, offline, with the public key alone. It needs
no data folder. Each --earlier checkpoint must be one that this log goes on from.

With --records: compares the schema of each database with the one that this program
makes, replays the log of the data folder, and compares every row with its newest
leaf. It needs no secret, opens nothing, runs beside a server, and names what
differs by table and id.

What differs ends with exit code 4, a bundle, key or checkpoint that cannot be read as
one, with exit code 6: nothing is said of it then. Where a crash or a power cut stopped the service
in the middle of an act, and nothing differs, it ends with exit code 5: start the
service once, which finishes or undoes the act, and check again.`,
		Example: `  sportello audit verify bundle.zip --key log.pub
  sportello audit verify bundle.zip --key log.pub --earlier checkpoint-monday.txt
  sportello audit verify --records --dir /var/lib/sportello`,
		RunE: func(c *cobra.Command, args []string) error {
			if records == (len(args) == 1) {
				return wrongUse("give a bundle, or --records")
			}
			if records {
				return p.verifyRecords(c.Context())
			}
			if key == "" {
				return wrongUse("checking a bundle needs --key, the log's public key")
			}
			return p.verifyBundle(args[0], key, earlier)
		},
	}
	c.Flags().StringVar(&key, "key", "", "file with the log's public key, as sportello init printed it")
	c.Flags().StringArrayVar(&earlier, "earlier", nil, "file with an earlier checkpoint; may be given again")
	c.Flags().BoolVar(&records, "records", false, "check every row of the data folder against its log")
	return c
}

func (p *program) verifyBundle(path, key string, earlier []string) error {
	public, err := os.ReadFile(key)
	if err != nil {
		return fmt.Errorf("reading the public key: %w", err)
	}
	var notes [][]byte
	for _, name := range earlier {
		b, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("reading an earlier checkpoint: %w", err)
		}
		notes = append(notes, b)
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("opening the bundle: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("opening the bundle: %w", err)
	}
	report, err := audit.VerifyBundle(f, info.Size(), strings.TrimSpace(string(public)), notes...)
	if errors.Is(err, audit.ErrBundle) {
		return unreadable{err}
	}
	if err != nil {
		return differs{err}
	}
	which := fmt.Sprintf("leaves %d to %d of %d", report.From, report.To-1, report.Checkpoint.Size)
	if report.Leaves < report.To-report.From {
		which = fmt.Sprintf("%d chosen leaves between %d and %d of %d: each is in the log; that no other answers to the choice only the whole log shows",
			report.Leaves, report.From, report.To-1, report.Checkpoint.Size)
	}
	fmt.Fprintf(p.out, "the bundle is what was signed\nlog %s\n%s\ndays %s to %s\n",
		report.Checkpoint.Origin, which, report.FirstDay, report.LastDay)
	for _, o := range []audit.Outcome{audit.Allowed, audit.Refused, audit.Failed} {
		fmt.Fprintf(p.out, "%s %d\n", o, report.Outcomes[o])
	}
	for _, c := range report.Continuity {
		fmt.Fprintf(p.out, "earlier checkpoint of %d leaves: %s\n", c.Size, c.State)
	}
	return nil
}

// verifyRecords looks first, beside a running server too, and then records
// that somebody looked: a log that cannot take the leaf is reported all the same.
func (p *program) verifyRecords(ctx context.Context) error {
	if p.hosted == nil {
		if err := p.inspectRecords(ctx); err != nil {
			return err
		}
	}
	err := p.with(ctx, func(in *instance) error {
		_, err := in.office.Maintain(ctx, acts.ConsoleCaller(), policies.LogVerify)
		return err
	})
	if done := (handed{}); err != nil && !errors.As(err, &done) {
		return fmt.Errorf("recording that the records were checked: %w", err)
	}
	return err
}

func (p *program) inspectRecords(ctx context.Context) error {
	dir := p.text("dir")
	public, err := readKeyFile(dir, logPubFile)
	if err != nil {
		return err
	}
	report, err := inspectSettled(ctx, store.Inspection{Main: filepath.Join(dir, store.MainFile),
		Shred:    filepath.Join(dir, store.SecretsDir, store.ShredFile),
		Sessions: filepath.Join(dir, store.SecretsDir, store.SessionFile),
		Verifier: strings.TrimSpace(string(public)), StateFile: keyPath(dir, stateFile), Live: true, Now: time.Now})
	switch {
	case errors.Is(err, audit.ErrLogTampered), errors.Is(err, audit.ErrBehindState), errors.Is(err, audit.ErrStateFile), errors.Is(err, store.ErrSchema):
		return differs{err}
	case errors.Is(err, store.ErrOlderSchema):
		return refuse(err, "the database was written by an older version: start the service once, which brings it up to date")
	case err != nil:
		return explain(err)
	}
	fmt.Fprintf(p.out, "%d records compared with %d leaves\n", report.Checked, report.Checkpoint.Size)
	return p.problems(report)
}

// inspectSettled looks again where something is unfinished: beside a server that is
// at work it is done a moment later.
func inspectSettled(ctx context.Context, i store.Inspection) (report audit.RecordReport, err error) {
	for range 3 {
		report, err = store.Inspect(ctx, i)
		if err != nil || len(report.Problems) > 0 || len(report.Unfinished) == 0 {
			return report, err
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
			return report, ctx.Err()
		}
	}
	return report, err
}

// problems prints what differs or is unfinished, a line each: table, id, version,
// fault, leaf.
func (p *program) problems(report audit.RecordReport) error {
	for _, r := range report.Problems {
		fmt.Fprintf(p.out, "%s %s version %d: %s (leaf %d)\n", r.Table, r.ID, r.Version, r.Fault, r.Leaf)
	}
	for _, r := range report.Unfinished {
		fmt.Fprintf(p.out, "%s %s version %d: unfinished\n", r.Table, r.ID, r.Version)
	}
	if n := len(report.Problems); n > 0 {
		return differs{fmt.Errorf("%d records are not what the log says", n)}
	}
	if n := len(report.Unfinished); n > 0 {
		return unfinished{fmt.Errorf("unfinished: the service was stopped in the middle of an act, which left %d secrets to be deleted; "+
			"nothing differs. Start the service once, and check again", n)}
	}
	return nil
}

func (p *program) auditExport() *cobra.Command {
	var out string
	var from, to int64
	var f auditlog.Filter
	c := &cobra.Command{
		Use: "export", Args: cobra.NoArgs,
		Short: "Write the log as a bundle that can be checked offline",
		Long: `Writes one zip: checkpoint, leaves and, for a part of the log, its proof. It holds
pseudonyms, codes and days; no name and no content.

With --action, --unit, --record, --outcome, --from-day or --to-day it holds only
the leaves that match. The proof shows that each of them is in the signed log; that
no other leaf matches only the whole log shows.`,
		Example: `  sportello audit export --out bundle.zip
  sportello audit export --out november.zip --from 1200 --to 1840
  sportello audit export --out refused.zip --outcome refused --from-day 2026-11-01`,
		RunE: func(c *cobra.Command, _ []string) error {
			if f.Narrows() && (from != 0 || to >= 0) {
				return wrongUse("give leaves by number, or a filter")
			}
			return p.into(out, func() error {
				return p.with(c.Context(), func(in *instance) error {
					if _, err := in.office.Maintain(c.Context(), acts.ConsoleCaller(), policies.LogExport); err != nil {
						return deed("exporting the log", err)
					}
					return exportTo(c.Context(), in, f, from, to, p.out)
				})
			})
		},
	}
	c.Flags().StringVar(&out, "out", "", "file to make; it must not exist")
	c.Flags().Int64Var(&from, "from", 0, "first leaf")
	c.Flags().Int64Var(&to, "to", -1, "leaf after the last; below 0 all there are")
	c.Flags().StringVar(&f.Action, "action", "", "only this act, as the log names it")
	c.Flags().StringVar(&f.Unit, "unit", "", "only what people of this unit did")
	c.Flags().StringVar(&f.Object, "record", "", "only what was done with this record")
	c.Flags().StringVar((*string)(&f.Outcome), "outcome", "", "only allowed, refused or failed acts")
	c.Flags().StringVar(&f.From, "from-day", "", "first day, as 2026-11-01")
	c.Flags().StringVar(&f.To, "to-day", "", "last day")
	must(c.MarkFlagRequired("out"))
	return c
}

// exportTo writes the leaves of a range, or those that a filter lets through.
func exportTo(ctx context.Context, in *instance, f auditlog.Filter, from, to int64, w io.Writer) error {
	source := in.store.Source()
	var err error
	if f.Narrows() {
		var chosen []int64
		if chosen, err = in.store.Log().Select(ctx, f.Matches); err == nil {
			err = audit.ExportOnly(ctx, source, chosen, w)
		}
	} else {
		err = audit.Export(ctx, source, from, to, w)
	}
	switch {
	case errors.Is(err, audit.ErrNoLeaf):
		return refuse(err, "the log has no such leaves")
	case errors.Is(err, audit.ErrScattered):
		return refuse(err, "the leaves that match are too many and too far apart for one bundle: narrow the filter, or export the whole log")
	}
	return err
}

func (p *program) auditCheckpoint() *cobra.Command {
	return &cobra.Command{
		Use: "checkpoint", Args: cobra.NoArgs,
		Short: "Print the last signed checkpoint of the log",
		Long: `Prints the checkpoint, a signed note of three lines. Keep copies where the
administrators of the server cannot change them: against somebody who holds the
log's key only a checkpoint kept elsewhere shows that the log was rewritten.`,
		Example: `  sportello audit checkpoint > checkpoint-monday.txt`,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.with(c.Context(), func(in *instance) error {
				if _, err := in.office.Maintain(c.Context(), acts.ConsoleCaller(), policies.CheckpointRead); err != nil {
					return deed("reading the checkpoint", err)
				}
				_, err := p.out.Write(in.store.Log().Checkpoint().Note)
				return err
			})
		},
	}
}
