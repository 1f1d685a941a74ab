package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"sportello/server"

	"github.com/spf13/cobra"
)

func (p *program) routesCommand() *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use: "routes", Args: cobra.NoArgs,
		Short: "Print every address of the site and the act it asks for",
		Example: `  sportello routes
  sportello routes --json`,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				e := json.NewEncoder(p.out)
				e.SetIndent("", "  ")
				return e.Encode(server.Routes())
			}
			w := tabwriter.NewWriter(p.out, 0, 8, 2, ' ', 0)
			fmt.Fprintln(w, "METHOD\tPATTERN\tACTION\tPUBLIC\tSTEP-UP")
			for _, r := range server.Routes() {
				fmt.Fprintf(w, "%s\t%s\t%s\t%t\t%t\n", r.Method, r.Pattern, dash(string(r.Action)), r.Public, r.StepUp)
			}
			return w.Flush()
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON: method, pattern, action, public, step_up")
	return c
}
