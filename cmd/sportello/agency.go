package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"sportello/policies/acts"
	"sportello/policies/office"
	"sportello/policies/units"
	"sportello/referrals/store"

	"github.com/spf13/cobra"
)

func (p *program) agencyCommand() *cobra.Command {
	c := &cobra.Command{Use: "agency", GroupID: "people", Short: "Enter and list agencies"}
	c.AddCommand(p.agencyCreate(), p.agencyList())
	return c
}

func (p *program) agencyCreate() *cobra.Command {
	var a office.NewAgency
	c := &cobra.Command{
		Use: "create", Args: cobra.NoArgs,
		Short: "Enter an agency and print its id",
		Example: `  sportello agency create --name "Comune di Vallechiara" --kind municipality
  sportello agency create --name "La Ginestra" --kind operator --responsibility processor --ends 2027-12-31`,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.with(c.Context(), func(in *instance) error {
				id, _, err := in.office.CreateAgency(c.Context(), acts.ConsoleCaller(), a)
				if err != nil {
					return deed("entering the agency", err)
				}
				fmt.Fprintln(p.out, id)
				return nil
			})
		},
	}
	c.Flags().StringVar(&a.Name, "name", "", "its name, public")
	c.Flags().StringVar(&a.Kind, "kind", "municipality", "municipality, district, company or operator")
	c.Flags().StringVar(&a.Responsibility, "responsibility", "controller", "controller or processor (GDPR art. 4)")
	c.Flags().StringVar(&a.Ends, "ends", "", "day on which its contract ends, YYYY-MM-DD")
	must(c.MarkFlagRequired("name"))
	return c
}

func (p *program) agencyList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Args: cobra.NoArgs,
		Short:   "List agencies: id, kind, responsibility, end, name",
		Example: "  sportello agency list",
		RunE: func(c *cobra.Command, _ []string) error {
			return p.with(c.Context(), func(in *instance) error {
				all, err := in.office.Administration(c.Context(), acts.ConsoleCaller())
				if err != nil {
					return deed("listing the agencies", err)
				}
				w := tabwriter.NewWriter(p.out, 0, 8, 2, ' ', 0)
				fmt.Fprintln(w, "ID\tKIND\tRESPONSIBILITY\tENDS\tNAME")
				for _, a := range byText(all.Agencies, func(a *acts.Agency) string { return a.Name + a.ID }) {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", a.ID, a.Kind, a.Responsibility, dash(a.Ends), printable(a.Name))
				}
				return w.Flush()
			})
		},
	}
}

// deed gives an act's error what the exit code and the reader need.
func deed(doing string, err error) error {
	for known, hint := range map[error]string{
		acts.ErrDenied:              "there is none, or the command line may not do this",
		units.ErrIncomplete:         "something needed is missing, or not one of its codes; see --help",
		office.ErrTaken:             "the name is taken",
		office.ErrOneAudit:          "there is an audit unit already, and an instance has one",
		acts.ErrConflict:            "its state does not allow this",
		units.ErrMembers:            "a member who can open the unit is active: she admits the newcomer, or is suspended first",
		units.ErrNoRecovery:         "the unit's newest key was not handed to a recovery recipient",
		units.ErrEpochMoved:         "the unit's keys, or the newcomer's, are not those it was made for: export again",
		office.ErrLastAdministrator: "she is the last active administrator: nobody could lift it; enter another first",
		units.ErrWords:              "its words are not the newcomer's",
	} {
		if errors.Is(err, known) {
			return refuse(err, "%s: %s", doing, hint)
		}
	}
	if errors.Is(err, store.ErrSchema) {
		return refuse(err, "%s: %v", doing, err)
	}
	if errors.Is(err, acts.ErrTampered) {
		return differs{fmt.Errorf("%s: %w", doing, err)}
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// byText sorts a map's values by a text of theirs.
func byText[V any](m map[string]V, text func(V) string) []V {
	return slices.SortedFunc(maps.Values(m), func(a, b V) int { return strings.Compare(text(a), text(b)) })
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// printable keeps what was typed from steering a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '·'
		}
		return r
	}, s)
}

// must is for mistakes in this program's own table of flags.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
