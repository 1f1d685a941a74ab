package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"sportello/cmd/sportello/files"
	"sportello/crypto"
	"sportello/policies/acts"
	"sportello/policies/units"

	"github.com/spf13/cobra"
)

func (p *program) recoveryCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "recovery", GroupID: "keep", Short: "Make a unit's recovery identity, and rescue the unit with it",
		Long: `A recovery identity opens the keys of a unit when its members have lost theirs. The
server never sees it: new, words and rewrap need no data folder, and are meant for a
machine that is not the server.

Each unit accepts its own; one identity may serve several, with other words for each.
The recipient and the four words go to the unit's members: its founder may accept it
as she founds the unit; later one member proposes it and another, who was there
before, confirms it. Whoever is the only one accepts it fourteen days after she
proposed it, unless the units that send there, or the auditor, stop it.

When nobody is left who can open a unit, a newcomer is invited to it and waits. Then,
on the server, off it, and on it again:

  sportello recovery export --unit ID --newcomer NAME > wrap.json
  sportello recovery rewrap --wrap wrap.json --identity recovery.txt --out epoch.json
  sportello recovery import epoch.json

What was restricted to people by name stays shut: it is kept under their own keys and
for the recovery identity, not under the unit's.`,
	}
	c.AddCommand(p.recoveryExport(), p.recoveryImport())
	if p.hosted == nil { // a running server never sees a recovery identity
		c.AddCommand(p.recoveryNew(), p.recoveryWords(), p.recoveryRewrap())
	}
	return c
}

func (p *program) recoveryNew() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use: "new", Args: cobra.NoArgs,
		Short: "Make a recovery identity in a file and print its recipient",
		Long: `Writes a new age hybrid identity (post-quantum) to a file that its owner alone may
read, and prints the recipient. Keep the file on paper or two sticks, in two safes.`,
		Example: `  sportello recovery new --out recovery.txt > recipient.txt`,
		RunE: func(*cobra.Command, []string) error {
			id, err := crypto.NewIdentity()
			if err != nil {
				return err
			}
			text := "# Sportello recovery identity. Keep it off the server. Public half:\n# " +
				id.Recipient().String() + "\n" + string(id.Secret()) + "\n"
			if err := files.WriteNew(out, []byte(text)); err != nil {
				return err
			}
			fmt.Fprintln(p.out, id.Recipient())
			return nil
		},
	}
	c.Flags().StringVar(&out, "out", "", "file to make; it must not exist")
	must(c.MarkFlagRequired("out"))
	return c
}

func (p *program) recoveryWords() *cobra.Command {
	var file, unit string
	var copies bool
	c := &cobra.Command{
		Use: "words", Args: cobra.NoArgs,
		Short: "Print the four words that two members compare",
		Long: `Prints the four words of a recovery identity for one unit, from the identity itself. Read them to its members by voice.
With --copies, those of a centre's own key for sealed copies, as its members' page shows them.`,
		Example: `  sportello recovery words --identity recovery.txt --unit ID
  sportello recovery words --copies --identity copies.txt --unit ID`,
		RunE: func(*cobra.Command, []string) error {
			id, err := readIdentity(file)
			if err != nil {
				return err
			}
			wordsOf := units.RecoveryWords
			if copies {
				wordsOf = units.CopyKeyWords
			}
			words, err := wordsOf(crypto.InProcess{}, id.Recipient(), unit)
			if err != nil {
				return err
			}
			fmt.Fprintln(p.out, words)
			return nil
		},
	}
	c.Flags().StringVar(&file, "identity", "", "file that `recovery new` made")
	c.Flags().StringVar(&unit, "unit", "", "id of the unit, as its members' page and `unit list` show it")
	c.Flags().BoolVar(&copies, "copies", false, "the words of a centre's key for sealed copies instead")
	must(c.MarkFlagRequired("identity"))
	must(c.MarkFlagRequired("unit"))
	return c
}

func (p *program) recoveryExport() *cobra.Command {
	var unit, newcomer string
	c := &cobra.Command{
		Use: "export", Args: cobra.NoArgs,
		Short: "Print what is needed to rescue a unit that nobody can open any more",
		Long: `Prints a file for the machine where the unit's recovery identity is kept: the unit's
newest key, as it is wrapped to that identity, and the newcomer who waits in
the unit. It opens nothing by itself. It is a leaf in the log.

First invite a newcomer to the unit; she takes her invitation and waits. Whoever of
the unit lost her passphrase, or phone and codes, is suspended by name: as long as a
member who can open the unit is active, she admits the newcomer and this is refused.`,
		Example: `  sportello user suspend anna
  sportello recovery export --unit ID --newcomer livia > wrap.json`,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.with(c.Context(), func(in *instance) error {
				x, _, err := in.house.ExportRescue(c.Context(), acts.ConsoleCaller(), unit, newcomer)
				if err != nil {
					return deed("exporting for recovery", err)
				}
				b, err := x.Marshal()
				if err != nil {
					return err
				}
				_, err = p.out.Write(b)
				return err
			})
		},
	}
	c.Flags().StringVar(&unit, "unit", "", "id of the unit, as `unit list` shows it")
	c.Flags().StringVar(&newcomer, "newcomer", "", "user name of who waits to be admitted to it")
	must(c.MarkFlagRequired("unit"))
	must(c.MarkFlagRequired("newcomer"))
	return c
}

func (p *program) recoveryRewrap() *cobra.Command {
	var wrap, identity, out, heard string
	c := &cobra.Command{
		Use: "rewrap", Args: cobra.NoArgs,
		Short: "Make a rescued unit's next key, off the server, for a newcomer",
		Long: `Opens an exported wrap with the unit's recovery identity, makes the unit's next
key under the MAC of the one before, and wraps it to the newcomer alone.

Telephone the newcomer, on a number you have from elsewhere, or sit beside her. Her
page shows four words; type the ones she reads. They are compared with the key in the
export, whose words are never printed here: with other words nothing is made.

It prints the unit's words under its new key. The desks that send to the unit will
ask for them by voice; the newcomer's own page must show the same.`,
		Example: `  sportello recovery rewrap --wrap wrap.json --identity recovery.txt --out epoch.json`,
		RunE: func(c *cobra.Command, _ []string) error {
			id, err := readIdentity(identity)
			if err != nil {
				return err
			}
			b, err := readSmall(wrap)
			if err != nil {
				return err
			}
			x, err := units.ParseRescueWrap(b)
			if err != nil {
				return refuse(err, "reading the exported wrap: it is not what `sportello recovery export` prints")
			}
			fmt.Fprintf(p.err, "unit %s (%s), newcomer %s\n", printable(x.UnitName), printable(x.Unit), printable(x.Username))
			f, words, err := units.Rewrap(crypto.InProcess{}, id, x, func() (units.Words, error) { return p.askWords(c.InOrStdin(), heard) })
			if err != nil {
				return rewrapProblem(err)
			}
			if b, err = f.Marshal(); err != nil {
				return err
			}
			if err := files.WriteNew(out, b); err != nil {
				return err
			}
			fmt.Fprintf(p.out, "the unit's words are now: %s\n", words)
			return nil
		},
	}
	c.Flags().StringVar(&wrap, "wrap", "", "file that `recovery export` printed")
	c.Flags().StringVar(&identity, "identity", "", "file that `recovery new` made")
	c.Flags().StringVar(&out, "out", "", "file to make; it must not exist")
	c.Flags().StringVar(&heard, "heard", "", "the four words that the newcomer read; asked for when it is not given")
	for _, name := range []string{"wrap", "identity", "out"} {
		must(c.MarkFlagRequired(name))
	}
	return c
}

// askWords takes the four words that the newcomer read aloud.
func (p *program) askWords(in io.Reader, heard string) (units.Words, error) {
	if heard == "" {
		fmt.Fprintln(p.err, "type the four words that the newcomer reads on her page:")
		line, err := bufio.NewReader(in).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return units.Words{}, fmt.Errorf("reading the words: %w", err)
		}
		heard = line
	}
	words := strings.Fields(strings.ToLower(heard))
	if len(words) != 4 {
		return units.Words{}, refuse(nil, "reading the words: they are four; nothing was made")
	}
	return units.Words(words), nil
}

func rewrapProblem(err error) error {
	switch {
	case errors.Is(err, units.ErrWords):
		return refuse(err, "comparing the words: they are not the newcomer's. Nothing was made. "+
			"If she read what her page shows, the export holds somebody else's key: tell the auditor")
	case errors.Is(err, crypto.ErrOpen):
		return refuse(err, "opening the exported wrap: it is not for this recovery identity, or it was changed")
	}
	return err
}

func (p *program) recoveryImport() *cobra.Command {
	return &cobra.Command{
		Use: "import FILE", Args: cobra.ExactArgs(1),
		Short: "Take in the key that `recovery rewrap` made",
		Long: `Takes in the unit's next key. It is a leaf in the log, and in force for nobody yet:
the server cannot tell whether it is genuine. The newcomer's next sign-in opens it
with her own key and compares its MAC with the unit's key of before. A forged one is
deleted and recorded, and she waits on.

Afterwards she is the unit's member and admits the others. Those who were suspended
open nothing new: once lifted they wait to be admitted like anybody. The auditor and
the units that send to this one find it on their Agenda, and nothing is sent to it
before they have compared its words by voice.

While the server runs, the command reads the file and hands it over.`,
		Example: `  sportello recovery import epoch.json`,
		RunE: func(c *cobra.Command, args []string) error {
			if p.hosted == nil {
				var err error
				if p.input, err = readSmall(args[0]); err != nil {
					return err
				}
			}
			return p.with(c.Context(), func(in *instance) error {
				f, err := units.ParseRescueFile(p.input)
				if err != nil {
					return refuse(err, "reading the file: it is not what `sportello recovery rewrap` made")
				}
				if _, err := in.house.ImportRescue(c.Context(), acts.ConsoleCaller(), f); err != nil {
					return deed("taking in the unit's next key", err)
				}
				fmt.Fprintln(p.out, "taken in: the newcomer signs out and in again, with passphrase and code, to put it in force")
				return nil
			})
		},
	}
}

// readSmall reads a file that a recovery carries; none is as large as its limit.
func readSmall(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening the file: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("reading the file: %w", err)
	}
	return b, nil
}

// readIdentity reads the one identity of a file, in the form that age-keygen
// writes too.
func readIdentity(path string) (crypto.Identity, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return crypto.Identity{}, fmt.Errorf("reading the identity file: %w", err)
	}
	var found []string
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			found = append(found, line)
		}
	}
	if len(found) != 1 {
		return crypto.Identity{}, refuse(nil, "reading the identity file: it does not hold exactly one identity")
	}
	id, err := crypto.ParseIdentity(found[0])
	if err != nil {
		return crypto.Identity{}, refuse(err, "%v", err)
	}
	return id, nil
}
