package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/mattn/go-sqlite3"
	"github.com/spf13/cobra"
)

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Args: cobra.NoArgs,
		Short:   "Print the version of this program and of what it is built with",
		Example: "  sportello version",
		RunE: func(*cobra.Command, []string) error {
			sqlite, _, _ := sqlite3.Version()
			fmt.Fprintf(p.out, "sportello %s\n%s %s/%s\nSQLite %s\n", revision(), runtime.Version(), runtime.GOOS, runtime.GOARCH, sqlite)
			return nil
		},
	}
}

// revision is the version, or the commit, that the binary was built from.
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	text := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.modified" && s.Value == "true" {
			text += " (changed since)"
		}
	}
	return text
}
