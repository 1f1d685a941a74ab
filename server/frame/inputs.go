package frame

import (
	"io/fs"
	"regexp"
)

// inputName is what the pages say of inputs of one name: the message key of the
// label and the list of words, each empty where two pages differ.
type inputName struct{ Label, List string }

var (
	labelled = regexp.MustCompile(`\((?:field|choices) \S+ "([a-z_]+)" [^()]*"(?:label|legend)=([a-z_.]+)"`)
	worded   = regexp.MustCompile(`\(choices \S+ "([a-z_]+)" [^()]*"words=([a-z_]+)"`)
)

// inputNames reads from the templates how the pages name their inputs.
func inputNames(rooms ...Room) (map[string]inputName, error) {
	var all []byte
	for _, room := range rooms {
		paths, err := fs.Glob(room.Templates, "*.html")
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			text, err := fs.ReadFile(room.Templates, path)
			if err != nil {
				return nil, err
			}
			all = append(all, text...)
		}
	}
	names := map[string]inputName{}
	labels, lists := agreed(all, labelled), agreed(all, worded)
	for name := range labels {
		names[name] = inputName{labels[name], lists[name]}
	}
	return names, nil
}

// agreed maps names to what the pages say of them, empty where they differ.
func agreed(text []byte, says *regexp.Regexp) map[string]string {
	all := map[string]string{}
	for _, m := range says.FindAllSubmatch(text, -1) {
		name, value := string(m[1]), string(m[2])
		if known, ok := all[name]; ok && known != value {
			value = ""
		}
		all[name] = value
	}
	return all
}
