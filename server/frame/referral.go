package frame

import (
	"time"

	"sportello/policies/units"
	"sportello/referrals/rule"
	"sportello/referrals/sharing"
)

// Content is a field's value in words.
func Content(q *Request, f sharing.PackageField) string {
	switch f.Code {
	case "needs":
		return q.Words("need", f.Values)
	case "children_where":
		return q.Word("children", f.Value)
	case "language":
		return q.Word("language", f.Value)
	case "mediator":
		return q.Word("yesno", f.Value)
	}
	return f.Value
}

// PackageOf is what the centre sees, from the one value that is sealed. It holds
// nothing of the page around it.
func PackageOf(q *Request, p sharing.Package, safe rule.PackageSafe, roster *units.Roster) Package {
	v := Package{Now: q.Day(p.Day), Desk: roster.UnitName(p.FromUnit), Sent: q.Day(p.Day), Urgency: p.Urgency, Private: p.Withheld,
		Feedback: p.Feedback, Until: q.Day(p.Until), KeepCopy: p.KeepCopy}
	v.Strip = SharedStrip(safe.Rule, safe.DeskOnly, Who{})
	for _, f := range p.Fields {
		value := Content(q, f)
		if value == "" { // her number stands with her rule
			continue
		}
		if last := len(v.Fields) - 1; childrenAre[f.Code] {
			if f.Code == "children_ages" {
				value = q.Render.Catalogue().Ages(q.Lang, value)
			}
			if last >= 0 && v.Fields[last].Key == ChildrenAre { // "Bambini: 1, di 4 anni"
				v.Fields[last].Value += ", " + value
			} else {
				v.Fields = append(v.Fields, PackageField{Key: ChildrenAre, Value: value})
			}
			continue
		}
		v.Fields = append(v.Fields, PackageField{Key: ShareFields[f.Code], Value: value})
	}
	return v
}

// childrenAre are the fields that say one thing together: how many children, and how old.
var childrenAre = map[string]bool{"children_count": true, "children_ages": true}

// ChildrenAre is the name of that one thing.
const ChildrenAre = "share_group.children"

// Package is what the centre sees. Preview and received page show it with the
// same template from the same struct, byte for byte: it holds nothing of the
// page around it, no asker's language apart, no address.
type Package struct {
	Now      time.Time
	Desk     string // the desk that sends
	Sent     time.Time
	Urgency  string // a word of "urgency"
	Strip    Strip  // her safe-contact rule, or OnlyDesk
	Fields   []PackageField
	Private  int    // how many items stay private
	Feedback string // a word of "feedback"
	Until    time.Time
	KeepCopy bool
}

// PackageField is one field she authorised.
type PackageField struct {
	Key   string // message key of its name
	Value string
}
