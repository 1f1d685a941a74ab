package main

import (
	"fmt"
	"sportello/policies/acts"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

func (p *program) unitCommand() *cobra.Command {
	c := &cobra.Command{Use: "unit", GroupID: "people", Short: "Enter and list units"}
	c.AddCommand(p.unitCreate(), p.unitList())
	return c
}

func (p *program) unitCreate() *cobra.Command {
	var u acts.Unit
	var lat, lon float64
	c := &cobra.Command{
		Use: "create", Args: cobra.NoArgs,
		Short: "Enter a unit of an agency and print its id",
		Long: `Enters a unit. It has no key until its first member founds it on her own page,
and the audit unit must be founded before any other.

For a centre the public facts of the directory are given here too.`,
		Example: `  sportello unit create --agency ID --kind audit --name "Ufficio controllo"
  sportello unit create --agency ID --kind centre --name "La Ginestra" --town "Albano Laziale" \
      --phone "000 000 0201" --hours "lun-ven 9-18" --lat 41.7295 --lon 12.6593`,
		RunE: func(c *cobra.Command, _ []string) error {
			if lat < -90 || lat > 90 || lon < -180 || lon > 180 {
				return wrongUse("reading --lat and --lon: they are degrees")
			}
			u.Lat, u.Lon = int64(lat*1e5), int64(lon*1e5)
			return p.with(c.Context(), func(in *instance) error {
				id, _, err := in.office.CreateUnit(c.Context(), acts.ConsoleCaller(), u)
				if err != nil {
					return deed("entering the unit", err)
				}
				fmt.Fprintln(p.out, id)
				return nil
			})
		},
	}
	f := c.Flags()
	f.StringVar(&u.Agency, "agency", "", "id of its agency")
	f.StringVar(&u.Kind, "kind", "", "desk, social_service, centre or audit")
	f.StringVar(&u.Name, "name", "", "its name, public")
	f.StringVar(&u.Town, "town", "", "municipality of its seat")
	f.StringVar(&u.Area, "area", "", "area it serves")
	f.StringVar(&u.Hours, "hours", "", "opening hours")
	f.StringVar(&u.Languages, "languages", "", "languages spoken")
	f.StringVar(&u.Phone, "phone", "", "published number")
	f.StringVar(&u.Needs, "needs", "", "what it can help with")
	f.Float64Var(&lat, "lat", 0, "latitude of its published seat, degrees")
	f.Float64Var(&lon, "lon", 0, "longitude of its published seat, degrees")
	for _, n := range []string{"agency", "kind", "name"} {
		must(c.MarkFlagRequired(n))
	}
	return c
}

func (p *program) unitList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Args: cobra.NoArgs,
		Short:   "List units: id, kind, epoch of their keys, people, name",
		Long:    "Lists units. Epoch 0 means that nobody founded the unit yet.",
		Example: "  sportello unit list",
		RunE: func(c *cobra.Command, _ []string) error {
			return p.with(c.Context(), func(in *instance) error {
				all, err := in.office.Administration(c.Context(), acts.ConsoleCaller())
				if err != nil {
					return deed("listing the units", err)
				}
				w := tabwriter.NewWriter(p.out, 0, 8, 2, ' ', 0)
				fmt.Fprintln(w, "ID\tKIND\tEPOCH\tPEOPLE\tNAME")
				for _, u := range byText(all.Units, func(u *acts.Unit) string { return u.Name + u.ID }) {
					fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\n", u.ID, u.Kind, all.Epochs[u.ID], all.MembersOf(u.ID), printable(u.Name))
				}
				return w.Flush()
			})
		},
	}
}
