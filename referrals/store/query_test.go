package store

import (
	"testing"

	"sportello/policies/acts"
)

// TestConditions: what a query says is what SQL is asked, quotes and all.
func TestConditions(t *testing.T) {
	person := acts.KindOf[acts.Person]{Kind: tables["person"].Kind}
	unit := acts.KindOf[acts.Unit]{Kind: tables["unit"].Kind}
	consent := acts.KindOf[acts.Person]{Kind: tables["consent"].Kind}
	for _, c := range []struct {
		q    *acts.Query
		want string
	}{
		{person.Find().Query, ""},
		{person.Find().By("username", "id desc").Query, "ORDER BY username, id DESC"},
		{person.Find().Is("unit").Not("state", "removed", "o'clock").By("id").Query, "WHERE unit = $1 AND state NOT IN ('removed', 'o''clock') ORDER BY id"},
		{person.Find().In("state", "active").UpTo("removed").Before("version").Query, "WHERE state = 'active' AND removed <= $1 AND version < $2"},
		{consent.Find().Set("shut").Unset("keep_copy").Holds("body").Query, "WHERE shut <> 0 AND keep_copy = 0 AND body IS NOT NULL"},
		{unit.Find().Among("id", person.Find().Is("agency").Of("unit"), person.Find().In("state", "active", "waiting").Of("unit")).Query,
			"WHERE id IN (SELECT unit FROM person WHERE agency = $1 UNION SELECT unit FROM person WHERE state IN ('active', 'waiting'))"},
	} {
		if got := condition(c.q); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
