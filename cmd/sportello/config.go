package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"

	"sportello/cmd/sportello/conf"

	"github.com/spf13/cobra"
)

// setting is one line of the configuration. Its flag, its environment variable
// and its key in the file all follow from the name.
type setting struct {
	name, fallback, text string
	yesNo                bool
	commands             string // which commands read it; empty means all
}

// settings is every setting there is. `sportello help config` prints it.
var settings = []setting{
	{name: "dir", fallback: "sportello-data", text: "the data folder"},
	{name: "config", text: "the configuration file; in the environment or as a flag only"},
	{name: "addr", fallback: "127.0.0.1:8443", text: "address and port to listen on; the demo takes 127.0.0.1:0 for any free port", commands: "serve demo"},
	{name: "cert", text: "TLS certificate chain, PEM", commands: "serve"},
	{name: "key", text: "TLS private key, PEM", commands: "serve"},
	{name: "insecure-loopback", yesNo: true, text: "plain HTTP, on a loopback address only", commands: "serve"},
	{name: "clock-checked", yesNo: true, text: "accept a clock that looks wrong: somebody compared it", commands: "serve restore"},
	{name: "texts", text: "JSON file with the agency's emergency number and duties, taken over once", commands: "serve demo"},
	{name: "sheets", text: "folder with the agency's own sheets; sheets in the data folder where it is not named", commands: "serve"},
	{name: "proxy", text: "addresses or networks of the proxies before the service, separated by commas", commands: "serve demo"},
	{name: "proxy-header", text: "the header in which they say from whom a request came, such as X-Forwarded-For", commands: "serve demo"},
	{name: "stretches", fallback: fmt.Sprint(max(leastPlaces, min(4, runtime.NumCPU()))), text: "how many passphrases are stretched at once, 64 MiB each; one of them for unknown devices", commands: "serve demo"},
}

// value is a setting's value in one run, as a pflag.Value.
type value struct {
	setting
	text string
}

func (v *value) String() string     { return v.text }
func (v *value) Set(s string) error { v.text = s; return v.check() }
func (v *value) IsBoolFlag() bool   { return v.yesNo }
func (v *value) Type() string {
	if v.yesNo {
		return "bool"
	}
	return "string"
}

func (v *value) check() error {
	if v.yesNo && v.text != "true" && v.text != "false" {
		return errors.New("it must be true or false")
	}
	return nil
}

func (s setting) variable() string {
	return "SPORTELLO_" + strings.ToUpper(strings.ReplaceAll(s.name, "-", "_"))
}

// flags makes the settings that every command takes. The others are added by
// the commands that read them.
func flags(root *cobra.Command) map[string]*value {
	all := map[string]*value{}
	for _, s := range settings {
		v := &value{setting: s, text: s.fallback}
		if s.yesNo {
			v.text = "false"
		}
		all[s.name] = v
		if s.commands == "" {
			root.PersistentFlags().Var(v, s.name, s.text)
		}
	}
	return all
}

// takes adds the settings that a command reads.
func (p *program) takes(c *cobra.Command, names ...string) {
	for _, n := range names {
		f := c.Flags().VarPF(p.settings[n], n, "", p.settings[n].setting.text)
		if p.settings[n].yesNo {
			f.NoOptDefVal = "true"
		}
	}
}

func (p *program) text(name string) string { return p.settings[name].text }
func (p *program) yes(name string) bool    { return p.settings[name].text == "true" }

// configure fills what no flag gave from the environment, then from the file.
func (p *program) configure(c *cobra.Command) error {
	given := func(name string) bool {
		f := c.Flags().Lookup(name)
		return f != nil && f.Changed
	}
	if v := p.settings["config"]; !given("config") {
		v.text = os.Getenv(v.variable())
	}
	file, err := readConfig(p.text("config"))
	if err != nil {
		return err
	}
	for _, s := range settings {
		if given(s.name) || s.name == "config" {
			continue
		}
		text, ok := os.LookupEnv(s.variable())
		if !ok {
			text, ok = file[s.name]
		}
		if !ok {
			continue
		}
		if err := p.settings[s.name].Set(text); err != nil {
			return fmt.Errorf("reading the setting %s: %w", s.name, err)
		}
	}
	return nil
}

// readConfig reads the configuration file, if there is one to read.
func readConfig(path string) (map[string]string, error) {
	if path == "" {
		return nil, nil
	}
	known := map[string]conf.Kind{}
	for _, s := range settings {
		if s.name != "config" {
			known[s.name] = conf.Kind{List: s.name == "proxy", Check: func(text string) error { return (&value{setting: s, text: text}).check() }}
		}
	}
	return conf.Read(path, known)
}

// configText is the table of settings.
func configText() string {
	var b strings.Builder
	b.WriteString(`A setting is taken from its flag, else from its environment variable, else from
the file that --config or SPORTELLO_CONFIG names, else it has its default. The
file holds one "name = value" a line, with the names below; # begins a comment, and
a value with blanks stands in quotes.

`)
	w := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tFLAG\tENVIRONMENT\tDEFAULT\tREAD BY\tWHAT IT IS")
	for _, s := range settings {
		fallback, by := s.fallback, s.commands
		if s.yesNo {
			fallback = "false"
		}
		if s.name == "stretches" {
			fallback = "cores, 2 to 4"
		}
		if by == "" {
			by = "all"
		}
		fmt.Fprintf(w, "%s\t--%s\t%s\t%s\t%s\t%s\n", s.name, s.name, s.variable(), fallback, by, s.text)
	}
	w.Flush()
	return b.String()
}
