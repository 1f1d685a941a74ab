package server_test

import (
	"net/http"
	"testing"

	"sportello/crypto"
)

// TestWrittenWhenItEnded: what either side writes of a referral whose
// authorisation ended meanwhile is not sent and not lost: it stands on the page
// that this side may still see, with why. For whoever sees no such page it is the
// page of what does not exist, byte by byte.
func TestWrittenWhenItEnded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.fill(t)
	s.expire(t, r)
	text := "Lunedì può venire alle nove."
	anna, bruna, vera, carla := s.inside(t, "anna"), s.inside(t, "bruna"), s.inside(t, "vera"), s.inside(t, "carla")

	file := func(id string) string {
		v, _, err := s.Desk.Sharing.ReadReferral(t.Context(), s.Caller("anna"), id)
		if err != nil {
			t.Fatal(err)
		}
		return "/schede/" + v.CaseID
	}
	for id, why := range map[string]string{r.withdrawn: "l’autorizzazione è stata revocata", r.expired: "intanto l’autorizzazione è finita", r.shut: "dopo un ripristino l’invio resta chiuso"} {
		got := anna.status(anna.post("/invii/"+id+"/messaggi", "from", "/invii/"+id, "form", "f1", "text", text), http.StatusConflict)
		anna.says(got, why, "Quello che non è stato inviato", text, "Tieni nel diario")
		kept := anna.post(file(id)+"/diario/nuova", "form", anna.hidden("form"), "kind", anna.hidden("kind"), "text", anna.hidden("text"), "from", "/invii/"+id)
		anna.says(anna.status(anna.get(kept.leads), http.StatusOK), text)
	}
	anna.says(anna.status(anna.post("/invii/"+r.withdrawn+"/appuntamento", "answer", "yes"), http.StatusConflict), "l’autorizzazione è stata revocata")

	notice := "/arrivi/" + r.withdrawn + "/avviso"
	for path, form := range map[string][]string{"/messaggi": {"text", text}, "/appuntamento": {"day", "2026-12-24", "hour", "09:30", "place", text}} {
		got := bruna.status(bruna.post("/arrivi/"+r.withdrawn+path, append(form, "form", "f2", "from", "/arrivi/"+r.withdrawn)...), http.StatusConflict)
		bruna.says(got, "Non contattatela e non usate questi dati.", "Allo sportello non è arrivato niente", text, "Confermiamo: non li usiamo più")
		got = bruna.status(bruna.post("/arrivi/"+r.expired+path, append(form, "form", "f3", "from", "/arrivi/"+r.expired)...), http.StatusConflict)
		bruna.says(got, "Invii in arrivo", "intanto l’autorizzazione è finita", "telefonare allo sportello", text)
		bruna.silent(got, secretWord)
	}
	bruna.leads(bruna.post("/arrivi/"+r.withdrawn+"/accogli", "version", "1"), notice)
	bruna.leads(bruna.get("/arrivi/"+r.withdrawn+"/non-accogli"), notice)

	none := crypto.NewID()
	for who, ids := range map[*client][]string{vera: {r.sent, r.withdrawn, r.expired}, carla: {r.sent, r.withdrawn, r.expired}, bruna: {r.shut, r.unsent}} {
		for _, side := range []string{"/invii/", "/arrivi/"} {
			if who == bruna && side == "/invii/" {
				continue
			}
			absent := who.status(who.post(side+none+"/messaggi", "text", text, "form", "f4"), http.StatusNotFound)
			for _, id := range ids {
				got := who.status(who.post(side+id+"/messaggi", "text", text, "form", "f4"), http.StatusNotFound)
				if plainly(got.body, id) != plainly(absent.body, none) {
					t.Errorf("%s of %s's is not the page of what does not exist: %s", side, who.name, difference(got.body, absent.body))
				}
			}
		}
	}
	s.quiet(t)
}
