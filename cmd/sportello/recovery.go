package main

import (
	"fmt"
	"os"
	"strings"

	"sportello/crypto"
	"sportello/policies/accounts"

	"github.com/spf13/cobra"
)

func (p *program) recoveryCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "recovery", GroupID: "keep", Short: "Make an agency's recovery identity, off the server",
		Long: `An agency's recovery identity opens the keys of its units when their members have
lost theirs. The server never sees it: these two commands need no data folder, and
are meant for a machine that is not the server.

The recipient and the four words go to two members of the agency, who type them
on their own pages: one proposes, the other confirms.`,
	}
	c.AddCommand(p.recoveryNew(), p.recoveryWords())
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
			if err := writeNew(out, []byte(text)); err != nil {
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
	var file, agency, unit string
	c := &cobra.Command{
		Use: "words", Args: cobra.NoArgs,
		Short: "Print the four words that two members compare",
		Long: `Prints the four words of a recovery identity for one agency, from the identity itself. Read them to the two members by voice.
With --unit, those of a centre's own key for sealed copies, as its members' page shows them.`,
		Example: `  sportello recovery words --identity recovery.txt --agency ID
  sportello recovery words --identity copies.txt --unit ID`,
		RunE: func(*cobra.Command, []string) error {
			id, err := readIdentity(file)
			if err != nil {
				return err
			}
			words := accounts.RecoveryWords(id.Recipient(), agency)
			if unit != "" {
				words = accounts.CopyKeyWords(id.Recipient(), unit)
			}
			fmt.Fprintln(p.out, words)
			return nil
		},
	}
	c.Flags().StringVar(&file, "identity", "", "file that `recovery new` made")
	c.Flags().StringVar(&agency, "agency", "", "id of the agency, as the members' page and `agency list` show it")
	must(c.MarkFlagRequired("identity"))
	c.Flags().StringVar(&unit, "unit", "", "id of the centre, as its page shows it")
	c.MarkFlagsOneRequired("agency", "unit")
	c.MarkFlagsMutuallyExclusive("agency", "unit")
	return c
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
