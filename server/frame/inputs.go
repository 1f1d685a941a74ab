package frame

import (
	"io/fs"
	"regexp"
)

// inputName is what the pages say of inputs of one name: the message key of the
// label and the list of words, each empty where two pages differ.
type inputName struct{ Label, List string }

var labelled = regexp.MustCompile(`v\.(?:Field|Choices)\("([a-z_]+)", [^{}]*\{(?:Label|Legend): "([a-z_.]+)"`)

// inputNames reads from the templates how the pages name their inputs, and from the
// forms what words they take.
func inputNames(routes []Route, rooms ...Room) (map[string]inputName, error) {
	var all []byte
	for _, room := range rooms {
		paths, err := fs.Glob(room.Templates, "*.templ")
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
	labels, lists := map[string]string{}, map[string]string{}
	for _, m := range labelled.FindAllSubmatch(all, -1) {
		agree(labels, string(m[1]), string(m[2]))
	}
	for _, r := range routes {
		if r.Form != nil {
			for name, in := range Inputs(r.Form) {
				if in.Words != "" {
					agree(lists, name, in.Words)
				}
			}
		}
	}
	for name := range labels {
		names[name] = inputName{labels[name], lists[name]}
	}
	return names, nil
}

// agree notes what is said of a name, or nothing where two say otherwise.
func agree(said map[string]string, name, value string) {
	if known, ok := said[name]; ok && known != value {
		value = ""
	}
	said[name] = value
}
