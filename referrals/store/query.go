package store

import (
	"fmt"
	"strings"
	"sync"

	"sportello/policies/acts"
)

// conditions are the texts of the queries that were asked: each is written once.
var conditions sync.Map

// condition is a query as the end of a SELECT: from WHERE on.
func condition(q *acts.Query) string {
	if text, ok := conditions.Load(q); ok {
		return text.(string)
	}
	text := where(q)
	if len(q.Order) > 0 {
		if text != "" {
			text += " "
		}
		text += "ORDER BY " + strings.ReplaceAll(strings.Join(q.Order, ", "), " desc", " DESC")
	}
	conditions.Store(q, text)
	return text
}

func where(q *acts.Query) string {
	var all []string
	for _, c := range q.Where {
		all = append(all, one(c))
	}
	if len(all) == 0 {
		return ""
	}
	return "WHERE " + strings.Join(all, " AND ")
}

// one writes one condition. What it compares with is an argument, or a code that
// stands in the program.
func one(c acts.Condition) string {
	switch c.Is {
	case acts.OneOf, acts.NoneOf:
		return c.Column + oneOf(c.Is, c.Values)
	case acts.IsSet:
		return c.Column + " <> 0"
	case acts.IsUnset:
		return c.Column + " = 0"
	case acts.Holds:
		return c.Column + " IS NOT NULL"
	case acts.Among:
		return c.Column + " IN (" + union(c.Among) + ")"
	}
	return fmt.Sprintf("%s %s $%d", c.Column, c.Is, c.Arg)
}

func oneOf(is acts.Comparison, values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = "'" + strings.ReplaceAll(v, "'", "''") + "'"
	}
	list := strings.Join(quoted, ", ")
	switch {
	case is == acts.OneOf && len(values) == 1:
		return " = " + list
	case is == acts.OneOf:
		return " IN (" + list + ")"
	case len(values) == 1:
		return " <> " + list
	}
	return " NOT IN (" + list + ")"
}

func union(selections []acts.Selection) string {
	all := make([]string, len(selections))
	for i, s := range selections {
		all[i] = strings.TrimSpace("SELECT " + s.Column + " FROM " + s.Kind.Table() + " " + where(s.Query))
	}
	return strings.Join(all, " UNION ")
}
