package attacks

import (
	"html"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"filippo.io/age"
)

// inventUnit makes a unit as an administrator, in the agency that runs the town.
func (b *browser) inventUnit(admin *person, kind, name string) (unit, agency string) {
	b.t.Helper()
	agency = b.get("/unita/nuova").option("Comune di Vallechiara")
	b.stepUp(admin, "/unita/nuova", "agency", agency, "kind", kind, "name", name)
	if unit = b.get("/personale/invita").option(name); unit == "" {
		b.t.Fatalf("no unit %s was made: %d", name, b.page.status)
	}
	return unit, agency
}

var (
	readAloud = regexp.MustCompile(`class="read-aloud mono">(?:<strong>)?([^<]+)<`)
	bySeed    = regexp.MustCompile(`<p class="mono">([A-Z2-7 ]+)</p>`)
	oneWord   = regexp.MustCompile(`<li>([a-z]+)</li>`)
)

func first(t testing.TB, re *regexp.Regexp, p page) string {
	t.Helper()
	m := re.FindStringSubmatch(p.body)
	if m == nil {
		t.Fatalf("%s does not match on %s (%d)", re, p.path, p.status)
	}
	return html.UnescapeString(m[1])
}

// words are the four words that a page shows.
func (p page) words(t testing.TB) string {
	t.Helper()
	var all []string
	list := regexp.MustCompile(`(?s)<ol class="words">(.*?)</ol>`).FindString(p.body)
	for _, m := range oneWord.FindAllStringSubmatch(list, -1) {
		all = append(all, m[1])
	}
	if len(all) != 4 {
		t.Fatalf("%s (%d) shows %d words", p.path, p.status, len(all))
	}
	return strings.Join(all, " ")
}

// invent makes an account of an administrator's own, who takes the invitation
// himself, and signs it in.
func (b *browser) invent(admin *person, name, office, unit string) *browser {
	b.t.Helper()
	b.get("/personale/invita")
	b.stepUp(admin, "/personale/invita", "username", name, "office", office, "unit", unit, "language", "it")
	p := &person{Username: name, Role: office, Unit: unit}
	he := b.w.browser(b.t)
	he.get("/invito")
	he.post("/invito", "invitation", first(b.t, readAloud, b.page))
	he.follow()
	p.Passphrase = he.page.hidden("words")
	he.post("/invito/frase", "choice", "words", "words", p.Passphrase, "again", p.Passphrase)
	he.follow()
	p.Seed = strings.ReplaceAll(first(b.t, bySeed, he.page), " ", "")
	if he.post("/invito/fattore", "code", p.code(b.t)); he.page.status != http.StatusOK {
		b.t.Fatalf("taking the invitation of %s: %d", name, he.page.status)
	}
	b.w.people[name] = p
	he = b.w.browser(b.t)
	he.enter(p)
	return he
}

// offline runs a command of the program on the attacker's own computer.
func offline(t testing.TB, args ...string) string {
	t.Helper()
	out, err := exec.Command(binary(t), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v %s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// recoveryWords are the words of a recovery identity, as this build wants them:
// for the agency, or for the unit.
func recoveryWords(t testing.TB, file, agency, unit string) string {
	t.Helper()
	if help := offline(t, "recovery", "words", "--help"); strings.Contains(help, "--agency") {
		return offline(t, "recovery", "words", "--identity", file, "--agency", agency)
	}
	return offline(t, "recovery", "words", "--identity", file, "--unit", unit)
}

// TestAttackAgencyRecovery: an administrator makes a unit in the desk's agency with
// two accounts of his own; they propose and confirm a recovery recipient of his.
// After the desk's next epoch a copy of the databases and his identity open its
// cases.
func TestAttackAgencyRecovery(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	dario := w.signIn(t, "dario")
	unit, agency := dario.inventUnit(w.people["dario"], "social_service", "Servizio inventato")
	file := filepath.Join(t.TempDir(), "his.txt")
	recipient := offline(t, "recovery", "new", "--out", file)
	heard := recoveryWords(t, file, agency, unit)

	one := dario.invent(w.people["dario"], "uno", "social_worker", unit)
	one.get("/ammissioni/fonda")
	if got := one.stepUp(w.people["uno"], "/ammissioni/fonda", "same", "yes"); got.status != http.StatusSeeOther {
		t.Fatalf("founding his unit: %d", got.status)
	}
	two := dario.invent(w.people["dario"], "due", "social_worker", unit)
	read := two.page.words(t) // shown as she signs in, and not again without the passphrase
	waiting := ""
	for _, a := range one.get("/ammissioni").links("/ammissioni/") {
		if id := strings.TrimPrefix(a, "/ammissioni/"); len(id) == 26 {
			waiting = a
		}
	}
	one.get(waiting)
	if got := one.stepUp(w.people["uno"], waiting, "words", read, "same", "yes"); got.status != http.StatusSeeOther {
		t.Fatalf("admitting his second account: %d", got.status)
	}
	two = w.signIn(t, "due")
	known := regexp.MustCompile(`name="known" value="([^"]+)"`)
	two.get("/colleghi")
	two.post("/colleghi", "known", first(t, known, two.page))

	one.get("/ammissioni/recupero")
	if got := one.stepUp(w.people["uno"], "/ammissioni/recupero", "recipient", recipient, "heard", heard); got.status != http.StatusSeeOther {
		t.Fatalf("proposing his recipient: %d", got.status)
	}
	two.get("/ammissioni/recupero")
	if got := two.stepUp(w.people["due"], "/ammissioni/recupero/conferma", "heard", heard); got.status != http.StatusSeeOther {
		t.Fatalf("confirming his recipient: %d", got.status)
	}

	// The desk works on: somebody leaves, and a woman is listened to.
	lucia := w.signIn(t, "lucia")
	leaver := regexp.MustCompile(`href="(/ammissioni/[A-Z0-9]{26}/togli)"`)
	lucia.get("/ammissioni")
	path := first(t, leaver, lucia.page)
	lucia.get(path)
	if got := lucia.stepUp(w.people["lucia"], path, "cause", "no"); got.status != http.StatusSeeOther {
		t.Fatalf("removing a colleague: %d", got.status)
	}
	const request = "Dorme da Teresa, al terzo piano."
	lucia.newContact("Iolanda", request)
	w.stop(t)

	text, err := os.ReadFile(file)
	must(t, err)
	lines := strings.Fields(string(text[strings.LastIndex(string(text), "AGE-SECRET-KEY"):]))
	identity, err := age.ParseHybridIdentity(lines[0])
	must(t, err)
	he := &thief{identity: identity, main: w.sqlite(t, mainFile), shred: w.sqlite(t, shredFile)}
	if !he.opensUnit(t, unit) {
		t.Fatal("his identity does not open even his own unit: this test would prove nothing")
	}
	rows, err := he.main.Query("SELECT id, name FROM unit WHERE id <> ?", unit)
	must(t, err)
	defer rows.Close()
	others := map[string]string{}
	for rows.Next() {
		var id, name string
		must(t, rows.Scan(&id, &name))
		others[id] = name
	}
	for id, name := range others {
		if !he.opensUnit(t, id) {
			continue
		}
		fell(t, "the administrator's recovery identity opens the newest key of %s", name)
		for _, told := range he.readsCases(t) {
			if strings.Contains(told, request) {
				fell(t, "he reads what a woman told there: %q", request)
			}
		}
	}
}
