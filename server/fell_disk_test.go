package server_test

import (
	"net/http"
	"net/url"
	"os/signal"
	"syscall"
	"testing"

	"sportello/server/servertest"
)

// TestAttackFullDiskKeepsSessions: while the disk takes no writes she covers her
// screen, leaves, and signs out, with a form half written; whoever has her cookie
// must not go on.
func TestAttackFullDiskKeepsSessions(t *testing.T) {
	signal.Ignore(syscall.SIGXFSZ) // what the kernel sends with each refused write
	d := newBadDay(t, func(string) {})
	ways := []string{"/copri", "/esci", "/uscita"}
	browsers, stolen := map[string]*servertest.Client{}, map[string]string{}
	u, err := url.Parse(d.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, way := range ways {
		b := d.SignedIn("anna")
		b.Status(b.Get("/credenziali"), http.StatusOK)
		b.Status(b.Post("/lingua", "lang", "it", "from", "/credenziali", "text", "mezza frase"), http.StatusSeeOther)
		for _, c := range b.Web.Jar.Cookies(u) {
			if c.Name == "__Host-session" {
				browsers[way], stolen[way] = b, c.Value
			}
		}
	}
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 0, Max: was.Max}); err != nil {
		t.Fatal(err)
	}
	for way, b := range browsers {
		if way == "/uscita" {
			b.Get(way)
		} else {
			b.Post(way)
		}
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	for _, way := range ways {
		thief := d.Client(t)
		thief.SetCookie("__Host-session", stolen[way])
		if got := thief.Get("/agenda"); got.Status == http.StatusOK {
			t.Errorf("FELL: after %s on a full disk the stolen cookie opens the Agenda", way)
		}
	}
}
