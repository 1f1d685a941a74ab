package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"

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
	{name: "texts", text: "JSON file with the agency's emergency number, duties and sheets", commands: "serve demo"},
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

// readConfig reads lines of "name = value"; blank lines and lines that begin
// with # say nothing. An unknown name is refused: a misspelt setting would
// otherwise stay silently at its default.
func readConfig(path string) (map[string]string, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("reading the configuration file: there is none")
	}
	if err != nil {
		return nil, fmt.Errorf("reading the configuration file: %w", err)
	}
	defer f.Close()
	known := map[string]bool{}
	for _, s := range settings {
		known[s.name] = s.name != "config"
	}
	all := map[string]string{}
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, text, ok := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		if _, twice := all[name]; !ok || !known[name] || twice {
			return nil, fmt.Errorf("reading the configuration file: line %d is no setting, or one given twice", n)
		}
		all[name] = strings.TrimSpace(text)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading the configuration file: %w", err)
	}
	return all, nil
}

// configText is the table of settings.
func configText() string {
	var b strings.Builder
	b.WriteString(`A setting is taken from its flag, else from its environment variable, else from
the file that --config or SPORTELLO_CONFIG names, else it has its default. The
file holds one "name = value" a line, with the names below; # begins a comment.

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
