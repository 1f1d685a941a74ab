package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"sportello/referrals/datafile"
	"sportello/referrals/risk"

	"github.com/spf13/cobra"
)

func (p *program) instrumentCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "instrument", GroupID: "rules", Short: "Check and try an instrument of assessment, a data file",
		Long: `An instrument is a list of questions or factors about danger, in a JSON file: what is
asked, by whom, what an answer comes to, which answers raise an alert whatever the
count. These commands read files alone: no data folder, no keys.`,
	}
	c.AddCommand(p.instrumentCheck(), p.instrumentScore(), p.instrumentSchema())
	return c
}

func (p *program) instrumentCheck() *cobra.Command {
	return &cobra.Command{
		Use: "check FILE…", Args: cobra.MinimumNArgs(1),
		Short: "Say whether files are instruments, and where not",
		Long: `Holds each file to the schema, to itself and to the examples in it. Each fault is printed
with file, line and place; of a file without fault its id, version and SHA-256.`,
		Example: `  sportello instrument check mine.json`,
		RunE: func(_ *cobra.Command, files []string) error {
			faulty := 0
			for _, name := range files {
				i, err := p.readInstrument(name)
				if err == nil {
					fmt.Fprintln(p.out, i.ID, i.Version, i.Digest)
				} else if !errors.As(err, new(unreadable)) {
					return err
				} else {
					faulty++
				}
			}
			if faulty > 0 {
				return unreadable{fmt.Errorf("%d of %d files cannot be used", faulty, len(files))}
			}
			return nil
		},
	}
}

func (p *program) instrumentScore() *cobra.Command {
	var answers string
	c := &cobra.Command{
		Use: "score FILE", Args: cobra.ExactArgs(1),
		Short: "Print what answers come to, as JSON",
		Long: `Reads an instrument and a file of answers, and prints band, range, alert, critical
answers, what was not asked, the keys of advice, and the version with its SHA-256.

  {"answers": {"more": "yes"}, "facts": {"trigger_within_14_days": false}, "day": "2026-11-27"}

An item that is left out was not asked. An unknown item, answer or key is refused.`,
		Example: `  sportello instrument score mine.json --answers answers.json`,
		RunE: func(_ *cobra.Command, args []string) error {
			i, err := p.readInstrument(args[0])
			if err != nil {
				return err
			}
			text, err := readFile(answers)
			if err != nil {
				return err
			}
			a, faults := i.ReadAnswers(answers, text)
			if err := p.faults(faults); err != nil {
				return err
			}
			result, err := i.Score(a)
			if err != nil {
				return unreadable{fmt.Errorf("%s: %w", answers, err)}
			}
			out := json.NewEncoder(p.out)
			out.SetIndent("", " ")
			return out.Encode(result)
		},
	}
	c.Flags().StringVar(&answers, "answers", "", "file of answers")
	must(c.MarkFlagRequired("answers"))
	return c
}

func (p *program) instrumentSchema() *cobra.Command {
	return &cobra.Command{
		Use: "schema", Args: cobra.NoArgs,
		Short:   "Print the JSON Schema of instruments",
		Example: `  sportello instrument schema > instrument.schema.json`,
		RunE: func(*cobra.Command, []string) error {
			_, err := p.out.Write(risk.Schema())
			return err
		},
	}
}

// readInstrument reads an instrument and prints its faults.
func (p *program) readInstrument(name string) (*risk.Instrument, error) {
	text, err := readFile(name)
	if err != nil {
		return nil, err
	}
	i, faults := risk.Read(name, text)
	return i, p.faults(faults)
}

// faults prints the faults of a data file, and is an error where there are some.
func (p *program) faults(all []datafile.Fault) error {
	for _, f := range all {
		fmt.Fprintln(p.err, f)
	}
	if len(all) == 0 {
		return nil
	}
	return unreadable{fmt.Errorf("%s cannot be used: %d faults", all[0].File, len(all))}
}

// readFile reads a data file, as much of it as one may have.
func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, datafile.MaxBytes+1))
}
