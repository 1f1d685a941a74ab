package referrals_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/sharing"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// What happens at a desk, told from end to end.
// Each also shows that its acts left leaves, and that no leaf tells anything.

func mustHave(t *testing.T, leaves []audit.Leaf, a policies.Action, o audit.Outcome) {
	t.Helper()
	if !slices.ContainsFunc(leaves, func(l audit.Leaf) bool { return l.Action == string(a) && l.Outcome == o }) {
		t.Errorf("no leaf says %s %s", a, o)
	}
}

// Anonymous. That 1522 and the centre are shown is the page's, and counting once
// in statistics a later issue's: what is counted here is that there is one case
// and one contact.
func TestStory01(t *testing.T) {
	w := storetest.New(t).Standard()
	anna, size := w.Caller("anna"), w.Store.Log().Size()
	out, _, err := w.Desk.Cases.RecordContact(t.Context(), anna, cases.NewContact{Form: crypto.NewID(), OpenCase: true,
		Contact: cases.Contact{Speaker: "she", Alias: "Rosa", Request: "dove andare stanotte", Outcome: "thinking"}})
	storetest.Try(t, "a contact with nothing but an alias", err)
	bare, _, err := w.Desk.Cases.RecordContact(t.Context(), anna, cases.NewContact{Form: crypto.NewID(),
		Contact: cases.Contact{Speaker: "she", Outcome: "line_dropped"}})
	if err != nil || bare.CaseID != "" {
		t.Fatalf("a contact with nothing at all: %v", err)
	}
	v := storetest.Open(t, w, anna, out.CaseID)
	if v.Identity != nil || v.Card.Alias != "Rosa" || len(v.Contacts) != 1 {
		t.Fatalf("the file of somebody without a name: %+v", v)
	}
	_, err = w.Desk.Cases.SavePerson(t.Context(), anna, out.CaseID, v.Version, cases.PersonForm{Alias: "Rosa", Told: v.Told,
		Identity: cases.Identity{Name: "Rosalia", Surname: "Verdi"}})
	storetest.Try(t, "telling her name later", err)
	later := storetest.Open(t, w, anna, out.CaseID)
	if later.ID != v.ID || later.Identity == nil || later.Identity.Surname != "Verdi" || len(later.Contacts) != 1 || later.Card.Code != v.Card.Code {
		t.Fatalf("identified later, it is not the same record: %+v", later)
	}
	leaves := storetest.LeavesSince(t, w, size, "Rosa", "Rosalia", "Verdi", "stanotte")
	mustHave(t, leaves, policies.ContactClose, audit.Allowed)
	mustHave(t, leaves, policies.CaseIdentify, audit.Allowed)
}

// Safe-contact trap. Reminders and letters are a later issue's; that nothing
// but what she allowed is allowed is shown here.
func TestStory02(t *testing.T) {
	w := storetest.New(t).Standard()
	anna, size := w.Caller("anna"), w.Store.Log().Size()
	out, _, err := w.Desk.Cases.RecordContact(t.Context(), anna, cases.NewContact{Form: crypto.NewID(), OpenCase: true,
		Contact: cases.Contact{Speaker: "she", Alias: "Mara", Outcome: "stay_in_touch", Safe: rule.SafeContact{
			Channels: map[string]string{"whatsapp": "yes", "email": "never"}, Number: "333 7654321",
			Hours: []rule.Hours{{To: "09:00"}}}}})
	storetest.Try(t, "recording her rule", err)
	attempt := func(channel string) rule.Refusal {
		r, _, err := w.Desk.Cases.RecordAttempt(t.Context(), anna, out.CaseID, typed.NewForm(), channel, "no_answer", "provato")
		if (err == nil) != (r == rule.Permitted) {
			t.Fatalf("an attempt by %s: refused %q, but %v", channel, r, err)
		}
		return r
	}
	evening := w.Clock.Now() // past nine
	for channel, want := range map[string]rule.Refusal{"whatsapp": rule.OutsideHours, "email": rule.ChannelNever,
		"call": rule.ChannelNotNamed, "sms": rule.ChannelNotNamed, "paper": rule.ChannelNotNamed} {
		if got := attempt(channel); got != want {
			t.Errorf("%s at %s: got %q, want %q", channel, evening.Format("15:04"), got, want)
		}
	}
	if a, _, err := w.Desk.ReadAgenda(t.Context(), anna); err != nil || len(a.Recall) != 0 {
		t.Errorf("she is on the list of calls outside her hours: %v, %v", a.Recall, err)
	}
	for w.Clock.Now().In(w.Gate.Now().Location()).Hour() != 8 {
		w.Clock.Add(time.Hour)
	}
	if a, _, err := w.Desk.ReadAgenda(t.Context(), anna); err != nil || len(a.Recall) != 1 || !slices.Equal(a.Recall[0].Channels, []string{"whatsapp"}) {
		t.Errorf("the list of calls inside her hours: %v, %v", a.Recall, err)
	}
	if got := attempt("whatsapp"); got != rule.Permitted {
		t.Errorf("whatsapp inside her hours: got %q", got)
	}
	if notes := storetest.Open(t, w, anna, out.CaseID).Notes; len(notes) != 1 {
		t.Errorf("%d attempts are in the diary, want the one that was allowed", len(notes))
	}
	leaves := storetest.LeavesSince(t, w, size, "Mara", "333", "provato", "whatsapp")
	mustHave(t, leaves, policies.AttemptRecord, audit.Failed)
	mustHave(t, leaves, policies.AttemptRecord, audit.Allowed)
}

// Her refusal.
func TestStory03(t *testing.T) {
	w := storetest.New(t).Standard()
	anna, size := w.Caller("anna"), w.Store.Log().Size()
	out := storetest.Rosa(t, w)
	v := storetest.Open(t, w, anna, out.CaseID)
	_, err := w.Desk.Cases.CloseCase(t.Context(), anna, out.CaseID, v.Version, "no_more_wished", "informata, non desidera altro")
	storetest.Try(t, "closing as informed and declined", err)
	v = storetest.Open(t, w, anna, out.CaseID)
	if v.State != "closed" || len(v.Consents) != 0 || len(v.Referrals) != 0 {
		t.Fatalf("after her refusal: %+v", v)
	}
	if _, err := w.Desk.Cases.AddNote(t.Context(), anna, "", typed.NewForm(), "other", "x"); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("a note in no case: %v", err)
	}
	// Months later she comes back with her code.
	for range 4 {
		w.Clock.Add(30 * 24 * time.Hour)
		_, _, err = w.Desk.Cases.Search(t.Context(), anna, "somebody else") // the service is used meanwhile
		storetest.Try(t, "searching", err)
	}
	cards, _, err := w.Desk.Cases.Search(t.Context(), anna, strings.ToLower(strings.ReplaceAll(out.Code, "-", " ")))
	if err != nil || len(cards) != 1 || cards[0].ID != out.CaseID || cards[0].State != "closed" {
		t.Fatalf("her code, four months later: %v, %v", cards, err)
	}
	_, err = w.Desk.Cases.ReopenCase(t.Context(), anna, out.CaseID, v.Version, "")
	storetest.Try(t, "reopening", err)
	leaves := storetest.LeavesSince(t, w, size, "Rosa", "desidera", out.Code)
	mustHave(t, leaves, policies.CaseClose, audit.Allowed)
	mustHave(t, leaves, policies.CaseReopen, audit.Allowed)
}

// Referral with partial authorisation. The children's school is not a field of
// its own here: what they are told of the children is.
func TestStory04(t *testing.T) {
	w := storetest.New(t).Standard()
	anna, bruna, size := w.Caller("anna"), w.Caller("bruna"), w.Store.Log().Size()
	out := storetest.Rosa(t, w)
	v := storetest.Open(t, w, anna, out.CaseID)
	_, err := w.Desk.Cases.SavePerson(t.Context(), anna, out.CaseID, v.Version, cases.PersonForm{Alias: "Rosa", Identity: cases.Identity{Name: "Rosalia"},
		Told: kept.Told{Request: v.Told.Request, Needs: []string{"legal"}, Children: "la scuola Rodari", Where: "with_her"}})
	storetest.Try(t, "saving what she told", err)
	_, id := storetest.Send(t, w, out.CaseID, "name", "needs")
	r, _, err := w.Desk.Sharing.OpenReferral(t.Context(), bruna, id)
	storetest.Try(t, "opening the referral", err)
	var codes []string
	for _, f := range r.Package.Fields {
		codes = append(codes, f.Code)
	}
	// Withheld by choice: alias, number, code word, request, children_where and children.
	if !slices.Equal(codes, []string{"name", "needs"}) || r.Package.Withheld != 6 {
		t.Fatalf("the package holds %v and withholds %d", codes, r.Package.Withheld)
	}
	for what, err := range map[string]error{
		"case": storetest.Third(w.Desk.OpenCase(t.Context(), bruna, out.CaseID, storetest.Parts...)), "search": empty(w.Desk.Cases.Search(t.Context(), bruna, "Rosa")),
		"consent": storetest.Third(w.Desk.Sharing.PreviewReferral(t.Context(), bruna, id)), "fields": storetest.Third(w.Shareable(bruna, out.CaseID, nil, nil)),
	} {
		if !errors.Is(err, acts.ErrDenied) {
			t.Errorf("the centre pulls the %s: got %v, want ErrDenied", what, err)
		}
	}
	leaves := storetest.LeavesSince(t, w, size, "Rosa", "Rodari", "withheld")
	mustHave(t, leaves, policies.ReferralSend, audit.Allowed)
	mustHave(t, leaves, policies.ReferralOpen, audit.Allowed)
	mustHave(t, leaves, policies.CaseOpen, audit.Refused)
}

// empty says ErrDenied of a search that found nothing: for a centre that is all.
func empty(cards []cases.SearchCard, _ audit.Receipt, err error) error {
	if err == nil && len(cards) == 0 {
		return acts.ErrDenied
	}
	return err
}

// Withdrawal after acceptance. The centre's own case, under its own rules, is
// not in this service.
func TestStory05(t *testing.T) {
	w := storetest.New(t).Standard()
	anna, bruna, size := w.Caller("anna"), w.Caller("bruna"), w.Store.Log().Size()
	out := storetest.Rosa(t, w)
	consent, id := storetest.Send(t, w, out.CaseID, "alias", "request")
	_, _, err := w.Desk.Sharing.OpenReferral(t.Context(), bruna, id)
	storetest.Try(t, "opening", err)
	_, err = w.Desk.Sharing.Accept(t.Context(), bruna, id)
	storetest.Try(t, "accepting", err)
	w.Clock.Add(24 * time.Hour)
	_, err = w.Desk.Sharing.Revoke(t.Context(), anna, consent, "code_word")
	storetest.Try(t, "taking it back", err)
	// At once, not within a minute.
	for what, err := range map[string]error{
		"open": storetest.Third(w.Desk.Sharing.OpenReferral(t.Context(), bruna, id)),
		"copy": storetest.Third(w.Desk.Sharing.SealedCopy(t.Context(), w.StepUp("bruna", policies.ReferralCopy, id), id, newRecipient(t), storetest.Plainly)),
	} {
		if !errors.Is(err, acts.ErrDenied) {
			t.Errorf("%s after she took it back: got %v, want ErrDenied", what, err)
		}
	}
	notice, _, err := w.Desk.Sharing.Notice(t.Context(), bruna, id)
	if err != nil || notice.State != "withdrawn" || notice.Code != "" {
		t.Fatalf("the order to stop, without a reason: %+v, %v", notice, err)
	}
	_, err = w.Desk.Sharing.AcknowledgeStop(t.Context(), bruna, id, "contacted")
	storetest.Try(t, "acknowledging", err)
	ours, _, err := w.Desk.Sharing.ReadReferral(t.Context(), anna, id)
	if err != nil || ours.State != "withdrawn" || ours.Standing != policies.ConsentWithdrawn || len(ours.Steps) < 4 {
		t.Fatalf("our side, with nothing gone silently: %+v, %v", ours, err)
	}
	if _, _, err := w.Desk.Sharing.SendReferral(t.Context(), w.StepUp("anna", policies.ReferralSend, consent), consent); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("sending again in her name: got %v, want ErrDenied", err)
	}
	if _, err := w.Desk.Sharing.Revoke(t.Context(), anna, consent, "code_word"); !errors.Is(err, kept.ErrState) {
		t.Errorf("taking it back twice: got %v, want ErrState", err)
	}
	leaves := storetest.LeavesSince(t, w, size, "Rosa", "stanotte")
	mustHave(t, leaves, policies.ConsentRevoke, audit.Allowed)
	mustHave(t, leaves, policies.ReferralOpen, audit.Refused)
	mustHave(t, leaves, policies.ReferralAcknowledgeStop, audit.Allowed)
}

func newRecipient(t *testing.T) string {
	t.Helper()
	id, err := crypto.NewIdentity()
	storetest.Try(t, "making a key", err)
	return id.Recipient().String()
}

// A centre declines. Escalation when nobody answers is a later issue's; time
// left shows in the line that stays on the desk's Agenda.
func TestStory13(t *testing.T) {
	w := storetest.New(t).Standard()
	anna, bruna, size := w.Caller("anna"), w.Caller("bruna"), w.Store.Log().Size()
	out := storetest.Rosa(t, w)
	consent, id := storetest.Send(t, w, out.CaseID, "alias")
	if _, err := w.Desk.Sharing.Decline(t.Context(), bruna, id, "perché è straniera"); !errors.Is(err, typed.ErrInvalid) {
		t.Fatalf("declining in words of one's own: got %v, want ErrInvalid", err)
	}
	_, err := w.Desk.Sharing.Decline(t.Context(), bruna, id, "full")
	storetest.Try(t, "declining by a code", err)
	a, _, err := w.Desk.ReadAgenda(t.Context(), anna)
	if err != nil || len(a.Waiting) != 1 || a.Waiting[0].Code != "full" || a.Waiting[0].State != "declined" || a.Waiting[0].UntilDay <= w.Desk.Day() {
		t.Fatalf("back on the desk's Agenda: %+v, %v", a.Waiting, err)
	}
	// The next candidate needs her authorisation for that one.
	w.Found("second", acts.KindCentre, "carla", policies.CentreWorker)
	w.Pin("anna", "desk", "second", "carla")
	if _, _, err := w.Desk.Sharing.SendReferral(t.Context(), w.StepUp("anna", policies.ReferralSend, consent), consent); err == nil {
		t.Fatal("the old authorisation was sent a second time")
	}
	other, _, err := w.Desk.Sharing.GiveConsent(t.Context(), anna, out.CaseID, sharing.Authorisation{Centre: w.Units["second"], Purpose: "support", Fields: []string{"alias"},
		Feedback: "came", Way: "spoken", Text: sharing.AuthorisationText, Language: "it", Urgency: "today"})
	storetest.Try(t, "her authorisation for the next one", err)
	again, _, err := w.Desk.Sharing.SendReferral(t.Context(), w.StepUp("anna", policies.ReferralSend, other), other)
	storetest.Try(t, "sending to the next one", err)
	if err := storetest.Third(w.Desk.Sharing.OpenReferral(t.Context(), bruna, again)); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("the first centre opens what went to the second: got %v", err)
	}
	_, _, err = w.Desk.Sharing.OpenReferral(t.Context(), w.SignIn("carla"), again)
	storetest.Try(t, "the second centre opens it", err)
	leaves := storetest.LeavesSince(t, w, size, "Rosa", "straniera", "full")
	mustHave(t, leaves, policies.ReferralDecline, audit.Allowed)
}

// Worker leaves. Holds are a later issue's; a help-desk that resets a passphrase
// does not exist: suspending and lifting move no key, and a lost one is a new
// identity that a member admits.
func TestStory33(t *testing.T) {
	w := storetest.New(t).Wide()
	size := w.Store.Log().Size()
	out := storetest.Rosa(t, w)
	lia := w.People["lia"]
	cookie, caller := w.Cookie("lia")
	if v := storetest.Open(t, w, caller, out.CaseID); v.Card.Alias != "Rosa" {
		t.Fatal("she opens her unit's case before she leaves")
	}
	err := w.TakeOut("anna", "lia", false)
	storetest.Try(t, "removing", err)
	if _, err := w.Door.Caller(t.Context(), cookie); !errors.Is(err, accounts.ErrSignedOut) {
		t.Errorf("her session: got %v, want ErrSignedOut", err)
	}
	if err := storetest.Third(w.Desk.OpenCase(t.Context(), caller, out.CaseID, storetest.Parts...)); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("a request that was under way: got %v, want ErrDenied", err)
	}
	if _, err := w.TrySignIn(lia); !errors.Is(err, accounts.ErrSignIn) {
		t.Errorf("signing in again: got %v, want ErrSignIn", err)
	}
	can, _, err := w.Desk.AuditLog.WhoCanOpen(t.Context(), w.Caller("clara"))
	storetest.Try(t, "asking who can open", err)
	for _, a := range can {
		if a.Person == lia.ID {
			t.Errorf("she still holds a key of %s", a.UnitName)
		}
	}
	// One administrator alone: he may suspend and lift, and that opens nothing.
	console := acts.ConsoleCaller()
	_, err = w.Door.Suspend(t.Context(), console, w.People["gina"].ID)
	storetest.Try(t, "suspending", err)
	if _, err := w.TrySignIn(w.People["gina"]); !errors.Is(err, accounts.ErrSignIn) {
		t.Errorf("suspended, signing in: got %v", err)
	}
	_, err = w.Office.Lift(t.Context(), console, w.People["gina"].ID)
	storetest.Try(t, "lifting", err)
	if who := w.SignIn("gina"); who.Epoch() != 2 {
		t.Errorf("after the suspension she holds epoch %d, want 2", who.Epoch())
	}
	if _, err := w.Office.Lift(t.Context(), console, lia.ID); err == nil {
		t.Error("a removed member was brought back without being admitted")
	}
	nora := w.Invite("nora", policies.IntakeWorker, "desk")
	if _, err := w.House.Admit(t.Context(), console, nora.ID, w.OwnWords(w.SignIn("nora"), 2)); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("the command line admits: got %v, want ErrDenied", err)
	}
	leaves := storetest.LeavesSince(t, w, size, "Rosa")
	mustHave(t, leaves, policies.MemberRemove, audit.Allowed)
	mustHave(t, leaves, policies.PersonSuspend, audit.Allowed)
	mustHave(t, leaves, policies.MemberAdmit, audit.Refused)
}
