package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
)

func (p *program) initCommand() *cobra.Command {
	return &cobra.Command{
		Use: "init", GroupID: "run", Args: cobra.NoArgs,
		Short: "Make a new, empty data folder with its keys",
		Long: `Makes the data folder: the database, the secrets and the key files. The folder
must be empty or not there yet.

It prints the public key of the log. Keep a copy of it elsewhere: with it anybody
checks an exported log, and notices a folder that was exchanged.`,
		Example: `  sportello init --dir /var/lib/sportello
  sportello init --dir /var/lib/sportello > log.pub`,
		RunE: func(c *cobra.Command, _ []string) error {
			in, err := initialise(c.Context(), p.text("dir"), opening{now: time.Now})
			if err != nil {
				return err
			}
			fmt.Fprintln(p.err, "made the data folder; the public key of its log is:")
			fmt.Fprintln(p.out, in.keys.public)
			return in.Close()
		},
	}
}

// initialise makes an instance in an empty folder and leaves it open.
func initialise(ctx context.Context, dir string, o opening) (*instance, error) {
	free, err := empty(dir)
	if err != nil {
		return nil, err
	}
	if !free {
		return nil, refuse(nil, "the data folder is not empty: a new instance is never made over something else")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the data folder: %w", err)
	}
	if err := makeKeys(dir); err != nil {
		return nil, err
	}
	o.fresh = true
	return openInstance(ctx, dir, o)
}
