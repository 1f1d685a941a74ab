package casework_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sportello/server/servertest"
)

// A browser does not keep what was typed on the page before: what a changed
// state refused stands on the page that says so, for the person who typed it.
func TestConflictGivesBackWhatWasTyped(t *testing.T) {
	s := site.Town(t)
	r := s.Fill(t)
	form := url.Values{"version": {"1"}, "reason": {"moved"}, "note": {"una frase <b>da</b> non perdere"}}
	got := s.Inside(t, "anna").Send("/schede/"+r.Closed+"/chiudi", form)
	if got.Status != http.StatusConflict || !strings.Contains(got.Body, "una frase &lt;b&gt;da&lt;/b&gt; non perdere") {
		t.Errorf("closing a closed file with a note: status %d:\n%s", got.Status, servertest.Main(got.Body))
	}
	s.Quiet(t)
}
