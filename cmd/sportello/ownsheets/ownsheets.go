// Package ownsheets is what the command line does with an agency's own sheets: it checks
// them, prints one to begin from, and reads them for the service.
package ownsheets

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"sportello/referrals/sheets"

	"github.com/spf13/cobra"
)

// Says is how the program says what it says: where it prints, and how it ends at what it
// refuses and at what is wrong use.
type Says struct {
	Out      io.Writer
	Refuse   func(cause error, format string, args ...any) error
	WrongUse func(format string, args ...any) error
}

// Command is "sheets".
func Command(p Says) *cobra.Command {
	c := &cobra.Command{Use: "sheets", GroupID: "keep", Short: "Check the agency's own sheets, or begin one from another"}
	c.AddCommand(check(p), show(p))
	return c
}

func check(p Says) *cobra.Command {
	return &cobra.Command{
		Use: "check FILE…", Args: cobra.MinimumNArgs(1),
		Short: "Say, with file and line, why a sheet cannot be used",
		Long: `Reads sheets as the service does when it starts, and prints each fault with its file
and line. Of a folder every file that ends in .txt is read. It needs no data folder and
changes nothing.

A sheet is a head of "name: value" lines and up to three texts:
  code, language, version   one sheet; of several versions the one begun last holds
  title, heading            for the worker; on paper, where it tells nothing of her
  for                       she, girl, assisted, near: whom it is read to
  from, until               days, YYYY-MM-DD
  territory                 ISTAT codes: it stands in place of the others for a unit
                            that is there for none but these municipalities
  fits                      what proposes it
  review, reviewer, reviewed   who ought to read it over; who did, and when
  [text]  on paper, and read aloud where there is no [read];  [read];  [card]
An empty line ends a paragraph, "- " begins an item, "## " a heading, and "source: "
says of the text above it where that stands. {112}, {114}, {1522}, {emergency},
{desk}, {centres} and {code} are filled in; no other telephone number is taken. A
language other than Italian and English needs a reviewer by name.`,
		Example: `  sportello sheets show centre it > sportello-data/sheets/centre.it.txt
  sportello sheets check sportello-data/sheets`,
		RunE: func(_ *cobra.Command, args []string) error {
			faults, read := 0, 0
			for _, path := range args {
				found, err := files(path)
				if err != nil {
					return err
				}
				for _, file := range found {
					b, err := os.ReadFile(file)
					if err != nil {
						return fmt.Errorf("reading a sheet: %w", err)
					}
					_, wrong := sheets.Parse(file, b)
					for _, f := range wrong {
						fmt.Fprintln(p.Out, f)
					}
					read, faults = read+1, faults+len(wrong)
				}
			}
			if faults > 0 {
				return p.Refuse(nil, "checking sheets: %d faults in %d files; a file with a fault is not used", faults, read)
			}
			fmt.Fprintf(p.Out, "%d sheets can be used.\n", read)
			return nil
		},
	}
}

// files are the files that a name of the command line stands for.
func files(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("reading sheets: %w", err)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	return filepath.Glob(filepath.Join(path, "*.txt"))
}

func show(p Says) *cobra.Command {
	return &cobra.Command{
		Use: "show CODE LANGUAGE", Args: cobra.ExactArgs(2),
		Short: "Print a sheet that the program brings along, to begin one's own from",
		Long: `Prints the file of a sheet that the program brings along. Changed, and kept in the
folder of the agency's own sheets, it stands in its place.`,
		Example: `  sportello sheets show numbers it`,
		RunE: func(_ *cobra.Command, args []string) error {
			b, err := sheets.Original(args[0], args[1])
			if errors.Is(err, fs.ErrNotExist) {
				return p.WrongUse("there is no sheet %q in %q; there are, in it and en: %v", args[0], args[1], sheets.Codes)
			}
			if err != nil {
				return err
			}
			_, err = p.Out.Write(b)
			return err
		},
	}
}

// Read reads the sheets of the program and the agency's own, from a folder or, where none
// is named, from that in the data folder. What cannot be used is named in the log and
// stops nothing; so is a list of sheets that the file of texts has of an earlier program.
func Read(folder, data string, listed bool, log *slog.Logger) *sheets.Set {
	if listed {
		log.Warn("the sheets of the file of texts are not used: sheets are files of their own, see sheets check")
	}
	if folder == "" {
		folder = filepath.Join(data, "sheets")
	} else if _, err := os.Stat(folder); err != nil {
		log.Error("the folder of the agency's own sheets cannot be read: the program's are used", "folder", folder)
	}
	set, faults := sheets.WithOwn(os.DirFS(folder))
	for _, f := range faults {
		log.Error("a sheet is not used, and the others are; see sheets check", "file", f.File, "line", f.Line, "fault", f.What)
	}
	return set
}
