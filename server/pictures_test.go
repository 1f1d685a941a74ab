package server_test

import (
	"bytes"
	"context"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"sportello/policies"
	"sportello/referrals/cases"
	"sportello/referrals/rule"
	"sportello/referrals/sharing"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
	"sportello/server/locale"
	"sportello/server/servertest"

	"github.com/chromedp/chromedp"
)

// pictureMax is how large a picture of the README may be, in bytes.
const pictureMax = 150_000

// TestPictures takes the pictures of the README from the real service, with
// people who do not exist. PICTURES names the folder to keep them in.
func TestPictures(t *testing.T) {
	dir := os.Getenv("PICTURES")
	if dir == "" {
		dir = t.TempDir()
	}
	s := site.Town(t)
	file, unsent, sent := friday(s, t)
	to := newTour(t, s, locale.Italian, true)
	anna := to.visitor(t, "anna").open("/entra")
	anna.shot(dir, "entra")
	anna.signIn("anna").shot(dir, "agenda")
	anna.open("/agenda")
	anna.wide(320)
	anna.shot(dir, "agenda-320")
	anna.wide(1280)
	anna.open("/contatti/nuovo").shot(dir, "nuovo-contatto")
	anna.open("/schede/"+file).shot(dir, "scheda")
	anna.open("/autorizzazioni/"+unsent).shot(dir, "anteprima")
	to.visitor(t, "bruna").signIn("bruna").open("/arrivi/"+sent).shot(dir, "invio-ricevuto")
	clara := to.visitor(t, "clara").signIn("clara")
	clara.press("log.keys").click("log.verify_now").shot(dir, "registro")
	s.Quiet(t)
}

// friday is an evening at the desk: a file with a referral that the centre
// answered, one to be sent, and somebody to call back.
func friday(s *servertest.Site, t *testing.T) (file, unsent, sent string) {
	t.Helper()
	ctx, anna := context.Background(), s.Caller("anna")
	open := func(alias, request, outcome string, needs ...string) string {
		out, _, err := s.Desk.Cases.RecordContact(ctx, anna, cases.NewContact{Form: alias, OpenCase: true, Contact: cases.Contact{Speaker: "she", Outcome: outcome,
			Alias: alias, Request: request, Needs: needs, Safe: rule.SafeContact{Channels: map[string]string{"call": "yes", "sms": "never", "in_person": "yes"},
				Number: "000 000 0300", CodeWord: "girasole", Answerer: "only_she", Hide: "yes", Hours: []rule.Hours{{Days: []string{"mon", "wed", "fri"}, From: "18:00", To: "22:30"}}}}})
		if err != nil {
			t.Fatal(err)
		}
		return out.CaseID
	}
	give := func(file, urgency string, fields ...string) string {
		id, _, err := s.Desk.Sharing.GiveConsent(ctx, anna, file, sharing.Authorisation{Centre: s.Units[storetest.Ginestra], Purpose: "support", Fields: fields,
			Feedback: "came", Way: "spoken", Text: sharing.AuthorisationText, Language: "it", Urgency: urgency, Until: s.Clock.Now().AddDate(0, 0, 30).Format("2006-01-02")})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	send := func(consent string) string {
		id, _, err := s.Desk.Sharing.SendReferral(ctx, s.StepUp("anna", policies.ReferralSend, consent), consent)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	file = open("Rosalia", "Chiede dove può dormire con la bambina, lontano da casa.", "stay_in_touch", "listen", "bed")
	s.Receipt(t)(s.Desk.Cases.AddNote(ctx, anna, file, typed.NewForm(), "interview", "Ha parlato con calma."))
	open("Mirela", "Vuole parlare con una legale.", "stay_in_touch", "legal")
	other := open("Nadia", "Chiede chi può accompagnarla.", "thinking", "cav")
	sent = send(give(other, "three_days", "alias", "request"))
	s.Receipt(t)(s.Desk.Sharing.Ask(ctx, s.Caller("bruna"), send(give(open("Irina", "Chiede ascolto.", "thinking", "listen"), "today", "alias")), typed.NewForm(), "Parla italiano?"))
	return file, give(file, "three_days", "alias", "request", "needs"), sent
}

// shot keeps the first screen of the page.
func (v *visitor) shot(dir, name string) {
	v.t.Helper()
	ctx, cancel := v.within()
	defer cancel()
	body, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		v.stop("taking a picture: %v", err)
	}
	img, err := png.Decode(bytes.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	var small bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, img); err != nil {
		v.t.Fatal(err)
	}
	if small.Len() > pictureMax {
		v.t.Errorf("the picture %s has %d bytes", name, small.Len())
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		v.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), small.Bytes(), 0o644); err != nil {
		v.t.Fatal(err)
	}
}
