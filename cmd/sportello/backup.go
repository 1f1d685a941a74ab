package main

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sportello/cmd/sportello/files"
	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/units"
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
var sealedKeys = []string{pepperFile, throtFile, codesFile, logFile, logPubFile}

// backing is what a backup was asked for.
type backing struct {
	to, shredTo, keysTo string
	sealedTo            string // a unit
	withoutKeys         bool
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
  keys.age  the key files, sealed to the recovery recipient that the audit unit
            accepted, or the unit of --sealed-to. Make it once, keep it elsewhere; make
            it again when a start has made keys/codes in a folder of before.

main.db is copied before shred.db, then opened and every record held to its log. A
copy that does not hold is removed. Sessions are in none of them.

Exclude DIR/secrets from images of the machine. The files are made by this command,
for its own user, while the server runs too: that one records the backup, and hands
over the sealed key files.`,
		Example: `  sportello backup --to /backup/2026-11-20 --without-keys
  sportello backup --to /backup/long --shred-to /backup/short --keys-to /media/stick`,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.backup(c.Context(), b)
		},
	}
	c.Flags().StringVar(&b.to, "to", "", "folder for main.db")
	c.Flags().StringVar(&b.shredTo, "shred-to", "", "folder for shred.db (default: that of --to)")
	c.Flags().StringVar(&b.keysTo, "keys-to", "", "folder for keys.age (default: that of --to)")
	c.Flags().StringVar(&b.sealedTo, "sealed-to", "", "id of the unit whose recovery recipient keys.age is for (default: the audit unit)")
	c.Flags().BoolVar(&b.withoutKeys, "without-keys", false, "leave keys.age out: it was made before")
	must(c.MarkFlagRequired("to"))
	return c
}

// backup asks for the backup where the folder is open, and copies here: beside
// a running server, or holding the folder.
func (p *program) backup(ctx context.Context, b backing) error {
	if p.hosted != nil {
		return grant(ctx, p.hosted, b, p.out)
	}
	var sealed bytes.Buffer
	printed := p.out
	p.out = &sealed // a running server's answer
	err := p.with(ctx, func(in *instance) error {
		if err := grant(ctx, in, b, &sealed); err != nil {
			return err
		}
		p.out = printed
		return p.copies(ctx, b, sealed.Bytes())
	})
	p.out = printed
	if handedOver(err) {
		return p.copies(ctx, b, sealed.Bytes())
	}
	return err
}

// grant records the backup, and gives the key files, sealed, if they are wanted.
func grant(ctx context.Context, in *instance, b backing, keys io.Writer) error {
	var sealed []byte
	if !b.withoutKeys {
		var err error
		if sealed, err = sealKeys(ctx, in, b.sealedTo); err != nil {
			return err
		}
	}
	if _, err := in.office.Maintain(ctx, acts.ConsoleCaller(), policies.BackupMake); err != nil {
		return deed("making a backup", err)
	}
	if _, err := keys.Write(sealed); err != nil {
		return fmt.Errorf("handing over the key files: %w", err)
	}
	return nil
}

// copies makes the artefacts of the folder and verifies them.
func (p *program) copies(ctx context.Context, b backing, sealed []byte) error {
	place := func(dir, name string) string {
		if dir == "" {
			dir = b.to
		}
		return filepath.Join(dir, name)
	}
	dir := p.text("dir")
	mainTo, shredTo, keysTo := place("", mainArtefact), place(b.shredTo, shredArtefact), place(b.keysTo, keysArtefact)
	public, err := readKeyFile(dir, logPubFile)
	if err != nil {
		return err
	}
	for _, path := range []string{mainTo, shredTo, keysTo} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return fmt.Errorf("making the backup's folder: %w", err)
		}
	}
	if err := store.CopyMain(ctx, dir, mainTo); err != nil {
		return unlike(err)
	}
	if err := store.CopyShred(ctx, dir, shredTo); err != nil {
		return errors.Join(unlike(err), os.Remove(mainTo))
	}
	report, err := inspectCopy(ctx, mainTo, shredTo, strings.TrimSpace(string(public)))
	if err == nil {
		store.Apart(&report)
		err = p.problems(report)
	}
	if err != nil {
		return errors.Join(unlike(fmt.Errorf("verifying the copy: %w", err)), os.Remove(mainTo), os.Remove(shredTo))
	}
	fmt.Fprintf(p.out, "%s: %d records held to %d leaves\n%s\n", mainTo, report.Checked, report.Checkpoint.Size, shredTo)
	if len(sealed) == 0 {
		return nil
	}
	if err := files.WriteNew(keysTo, sealed); err != nil {
		return err
	}
	fmt.Fprintln(p.out, keysTo)
	return nil
}

func inspectCopy(ctx context.Context, mainDB, shredDB, public string) (audit.RecordReport, error) {
	return store.Inspect(ctx, store.Inspection{Main: mainDB, Shred: shredDB, Verifier: public, Now: time.Now})
}

// sealKeys puts the key files into one age file for a unit's recovery recipient.
func sealKeys(ctx context.Context, in *instance, unit string) ([]byte, error) {
	to, err := in.house.BackupRecipient(ctx, unit)
	if errors.Is(err, units.ErrNoRecovery) {
		return nil, refuse(err, "sealing the key files: the unit accepted no recovery recipient: accept one on its members' page, name another unit with --sealed-to, or leave them out with --without-keys")
	}
	if err != nil {
		return nil, deed("reading the recovery recipient", err)
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
