package server_test

import (
	"net/http"
	"testing"

	"sportello/crypto"
	"sportello/server/servertest"
)

// TestWrittenWhenItEnded: what either side writes of a referral whose
// authorisation ended meanwhile is not sent and not lost: it stands on the page
// that this side may still see, with why. For whoever sees no such page it is the
// page of what does not exist, byte by byte.
func TestWrittenWhenItEnded(t *testing.T) {
	t.Parallel()
	s := site.Town(t)
	r := s.Fill(t)
	expire(s, t, r)
	text := "Lunedì può venire alle nove."
	anna, bruna, vera, carla := s.Inside(t, "anna"), s.Inside(t, "bruna"), s.Inside(t, "vera"), s.Inside(t, "carla")

	file := func(id string) string {
		v, _, err := s.Desk.Sharing.ReadReferral(t.Context(), s.Caller("anna"), id)
		if err != nil {
			t.Fatal(err)
		}
		return "/schede/" + v.CaseID
	}
	for id, why := range map[string]string{r.Withdrawn: "l’autorizzazione è stata revocata", r.Expired: "intanto l’autorizzazione è finita", r.Shut: "dopo un ripristino l’invio resta chiuso"} {
		got := anna.Status(anna.Post("/invii/"+id+"/messaggi", "from", "/invii/"+id, "form", "f1", "text", text), http.StatusConflict)
		anna.Says(got, why, "Quello che non è stato inviato", text, "Tieni nel diario")
		kept := anna.Post(file(id)+"/diario/nuova", "form", anna.Hidden("form"), "kind", anna.Hidden("kind"), "text", anna.Hidden("text"), "from", "/invii/"+id)
		anna.Says(anna.Status(anna.Get(kept.Leads), http.StatusOK), text)
	}
	anna.Says(anna.Status(anna.Post("/invii/"+r.Withdrawn+"/appuntamento", "answer", "yes"), http.StatusConflict), "l’autorizzazione è stata revocata")

	notice := "/arrivi/" + r.Withdrawn + "/avviso"
	for path, form := range map[string][]string{"/messaggi": {"text", text}, "/appuntamento": {"day", "2026-12-01", "hour", "09:30", "place", text}} {
		got := bruna.Status(bruna.Post("/arrivi/"+r.Withdrawn+path, append(form, "form", "f2", "from", "/arrivi/"+r.Withdrawn)...), http.StatusConflict)
		bruna.Says(got, "Non contattatela e non usate questi dati.", "Allo sportello non è arrivato niente", text, "Confermiamo: non li usiamo più")
		got = bruna.Status(bruna.Post("/arrivi/"+r.Expired+path, append(form, "form", "f3", "from", "/arrivi/"+r.Expired)...), http.StatusConflict)
		bruna.Says(got, "Invii in arrivo", "intanto l’autorizzazione è finita", "telefonare allo sportello", text)
		bruna.Silent(got, servertest.SecretWord)
	}
	bruna.Leads(bruna.Post("/arrivi/"+r.Withdrawn+"/accogli", "version", "1"), notice)
	bruna.Leads(bruna.Get("/arrivi/"+r.Withdrawn+"/non-accogli"), notice)

	none := crypto.NewID()
	for who, ids := range map[*servertest.Client][]string{vera: {r.Sent, r.Withdrawn, r.Expired}, carla: {r.Sent, r.Withdrawn, r.Expired}, bruna: {r.Shut, r.Unsent}} {
		for _, side := range []string{"/invii/", "/arrivi/"} {
			if who == bruna && side == "/invii/" {
				continue
			}
			absent := who.Status(who.Post(side+none+"/messaggi", "text", text, "form", "f4"), http.StatusNotFound)
			for _, id := range ids {
				got := who.Status(who.Post(side+id+"/messaggi", "text", text, "form", "f4"), http.StatusNotFound)
				if plainly(got.Body, id) != plainly(absent.Body, none) {
					t.Errorf("%s of %s's is not the page of what does not exist: %s", side, who.Name, difference(got.Body, absent.Body))
				}
			}
		}
	}
	s.Quiet(t)
}
