package server_test

import (
	"testing"

	"sportello/server/locale"
)

func TestStory(t *testing.T) {
	s := newSite(t)
	to := newTour(t, s, locale.Italian, true)
	to.axe = axeSource(t)
	to.keep = "/tmp/story"
	anna := to.visitor(t, "anna")
	anna.signIn("anna")
	anna.see("agenda.title")
}
