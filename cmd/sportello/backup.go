package main

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/audit"
	"sportello/referrals/store"

	"github.com/spf13/cobra"
)

// The three artefacts of a backup.
const (
	mainArtefact  = "main.db"
	shredArtefact = "shred.db"
	keysArtefact  = "keys.age"
)

// sealedKeys are the key files that the third artefact holds. The session key
// is made anew when it is missing, and the state file is of no use once it is old.
var sealedKeys = []string{pepperFile, throtFile, logFile, logPubFile}

// backing is what a backup was asked for.
type backing struct {
	to, shredTo, keysTo, agency string
	withoutKeys                 bool
}

func (p *program) backupCommand() *cobra.Command {
	var b backing
	c := &cobra.Command{
		Use: "backup", GroupID: "keep", Args: cobra.NoArgs,
		Short: "Copy the database, the shred secrets and the key files",
		Long: `Makes three artefacts, which belong in three places:

  main.db   the database. Keep it long. Without the others it opens nothing.
  shred.db  the shred secrets. Keep it a few days: as long as a copy exists, what
            was erased could be opened again.
  keys.age  the key files, sealed to the recovery recipient of the agency that
            runs the server. Make it once, keep it elsewhere.

main.db is copied before shred.db, then opened and every record held to its log. A
copy that does not hold is removed. Sessions are in none of them.

Exclude DIR/secrets from images of the machine. The files are made by the process
that has the folder open: while the server runs, where the server may write.`,
		Example: `  sportello backup --to /backup/2026-11-20 --without-keys
  sportello backup --to /backup/long --shred-to /backup/short --keys-to /media/stick`,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.with(c.Context(), func(in *instance) error { return p.backup(c.Context(), in, b) })
		},
	}
	c.Flags().StringVar(&b.to, "to", "", "folder for main.db")
	c.Flags().StringVar(&b.shredTo, "shred-to", "", "folder for shred.db (default: that of --to)")
	c.Flags().StringVar(&b.keysTo, "keys-to", "", "folder for keys.age (default: that of --to)")
	c.Flags().StringVar(&b.agency, "agency", "", "id of the agency that runs the server, where several have a recovery recipient")
	c.Flags().BoolVar(&b.withoutKeys, "without-keys", false, "leave keys.age out: it was made before")
	must(c.MarkFlagRequired("to"))
	return c
}

func (p *program) backup(ctx context.Context, in *instance, b backing) error {
	place := func(dir, name string) string {
		if dir == "" {
			dir = b.to
		}
		return filepath.Join(p.path(dir), name)
	}
	mainTo, shredTo, keysTo := place("", mainArtefact), place(b.shredTo, shredArtefact), place(b.keysTo, keysArtefact)
	var sealed []byte
	if !b.withoutKeys {
		var err error
		if sealed, err = sealKeys(ctx, in, b.agency); err != nil {
			return err
		}
	}
	if _, err := in.door.Maintain(ctx, accounts.ConsoleCaller(), policies.BackupMake); err != nil {
		return deed("making a backup", err)
	}
	for _, path := range []string{mainTo, shredTo, keysTo} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return fmt.Errorf("making the backup's folder: %w", err)
		}
	}
	if err := in.store.CopyMain(ctx, mainTo); err != nil {
		return err
	}
	if err := in.store.CopyShred(ctx, shredTo); err != nil {
		return errors.Join(err, os.Remove(mainTo))
	}
	report, err := inspectCopy(ctx, mainTo, shredTo, in.keys.public)
	if err == nil {
		store.Apart(&report)
		err = p.problems(report)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("verifying the copy: %w", err), os.Remove(mainTo), os.Remove(shredTo))
	}
	fmt.Fprintf(p.out, "%s: %d records held to %d leaves\n%s\n", mainTo, report.Checked, report.Checkpoint.Size, shredTo)
	if sealed == nil {
		return nil
	}
	if err := writeNew(keysTo, sealed); err != nil {
		return err
	}
	fmt.Fprintln(p.out, keysTo)
	return nil
}

func inspectCopy(ctx context.Context, mainDB, shredDB, public string) (audit.RecordReport, error) {
	return store.Inspect(ctx, store.Inspection{Main: mainDB, Shred: shredDB, Verifier: public, Now: time.Now})
}

// sealKeys puts the key files into one age file for the recovery recipient.
func sealKeys(ctx context.Context, in *instance, agency string) ([]byte, error) {
	all, err := in.door.Roster(ctx)
	if err != nil {
		return nil, deed("reading the agencies", err)
	}
	recipient, found := "", 0
	for _, a := range all.Agencies {
		if a.Recovery != "" && (agency == "" || agency == a.ID) {
			recipient = a.Recovery
			found++
		}
	}
	if found != 1 {
		return nil, refuse(nil, "%d agencies with a recovery recipient fit: set one, name one with --agency, or leave the key files out with --without-keys", found)
	}
	to, err := crypto.ParseRecipient(recipient)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range sealedKeys {
		body, err := readKeyFile(in.dir, name)
		if err != nil {
			return nil, err
		}
		err = w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(body)), Format: tar.FormatUSTAR})
		if err == nil {
			_, err = w.Write(body)
		}
		if err != nil {
			return nil, fmt.Errorf("packing the key files: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("packing the key files: %w", err)
	}
	return crypto.SealFile(to, b.Bytes())
}
