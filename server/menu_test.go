package server_test

import (
	"errors"
	"html"
	"net/http"
	"regexp"
	"testing"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/kept"
	"sportello/referrals/store/storetest"
)

// TestNoMenuLeadsNowhere: whoever works in a kind of unit, in whatever role, finds a page
// behind each entry of her menu, and at home.
func TestNoMenuLeadsNowhere(t *testing.T) {
	s := site.Town(t)
	units := map[string]string{acts.KindDesk: storetest.TownDesk, acts.KindSocial: storetest.TownService, acts.KindCentre: storetest.Ginestra, acts.KindAudit: storetest.TownAudit}
	there := map[string]string{acts.KindDesk: "anna", acts.KindSocial: "sofia", acts.KindCentre: "bruna", acts.KindAudit: "clara"}
	people := map[string]policies.Role{"dario": policies.Administrator}
	kindOf, members := map[string]string{}, map[string][]string{}
	for _, kind := range acts.UnitKinds() {
		members[kind.Code] = []string{there[kind.Code]}
		if kind.Code == acts.KindDesk {
			members[kind.Code] = append(members[kind.Code], "lucia")
		}
		for _, role := range kind.Roles {
			name := "menu-" + kind.Code + "-" + string(role)
			s.Join(units[kind.Code], name, role, there[kind.Code])
			people[name], kindOf[name], members[kind.Code] = role, kind.Code, append(members[kind.Code], name)
		}
	}
	for _, list := range members {
		for _, by := range list {
			for _, colleague := range list {
				if by == colleague {
					continue
				}
				if _, err := s.House.Confirm(t.Context(), s.SignIn(by), s.People[colleague].ID); err != nil && !errors.Is(err, kept.ErrState) {
					t.Fatalf("%s confirms %s: %v", by, colleague, err)
				}
			}
		}
	}
	entry, menu := regexp.MustCompile(`<a href="([^"]*)"`), regexp.MustCompile(`(?s)<nav class="site-nav".*?</nav>`)
	for name, role := range people {
		t.Run(name, func(t *testing.T) {
			c := s.Inside(t, name)
			home := c.Get("/")
			for home.Leads != "" {
				home = c.Get(home.Leads)
			}
			if home.Status != http.StatusOK {
				t.Fatalf("the home of a %s of a %s: %d", role, kindOf[name], home.Status)
			}
			links := entry.FindAllStringSubmatch(menu.FindString(home.Body), -1)
			if len(links) == 0 {
				t.Fatalf("no menu on %s", home.Path)
			}
			for _, m := range links {
				if page := c.Get(html.UnescapeString(m[1])); page.Status != http.StatusOK {
					t.Errorf("%s in the menu of a %s of a %s: %d, to %q", m[1], role, kindOf[name], page.Status, page.Leads)
				}
			}
		})
	}
}
