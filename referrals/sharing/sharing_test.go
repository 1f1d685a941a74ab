package sharing_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/accounts"
	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/sharing"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"

	"github.com/fxamacker/cbor/v2"
	"pgregory.net/rapid"
)

// allowList is the text of a rule that ticks let out, told again: what it may
// say, and what it must not. It knows nothing of how the program decides.
func allowList(s rule.SafeContact, ticks []string) (may, not []string) {
	ticked := func(item string) bool { return slices.Contains(ticks, item) }
	phone, mail := (ticked("number") || ticked("phone")) && s.Number != "" && !s.DeskOnly, (ticked("mail") || ticked("phone")) && s.Mail != "" && !s.DeskOnly
	rings := s.Channels["call"] == "yes" || s.Channels["sms"] == "yes" || s.Channels["whatsapp"] == "yes"
	say := func(ok bool, text string) {
		switch {
		case text == "":
		case ok:
			may = append(may, text)
		default:
			not = append(not, text)
		}
	}
	say(phone && rings, s.Number)
	say(phone && rings, s.Say)
	say(mail && s.Channels["email"] == "yes", s.Mail)
	say(ticked("code_word"), s.CodeWord)
	for _, h := range s.Hours {
		for _, clock := range []string{h.From, h.To} {
			if clock != "" {
				say(phone && rings, text(clock))
			}
		}
	}
	not = append(not, s.Recognised, "never")
	for kind, mark := range s.Channels {
		travels := mark == "yes" && (kind == "email" && mail || slices.Contains([]string{"call", "sms", "whatsapp"}, kind) && phone)
		if !travels {
			not = append(not, text(kind))
			continue
		}
		may = append(may, text(kind))
	}
	if !phone || !rings {
		for _, word := range []string{"only_she", "trusted", "anyone"} {
			not = append(not, text(word))
		}
	}
	return may, not
}

// text is a word as CBOR writes it: "call" is not found in "called".
func text(word string) string { return string(rune(0x60+len(word))) + word }

// holds fails for a byte that is not allowed, or for one that is and is missing.
func holds(t interface{ Fatalf(string, ...any) }, what string, texts [][]byte, may, not []string) {
	all := bytes.Join(texts, []byte{0})
	for _, word := range not {
		if bytes.Contains(all, []byte(word)) && !slices.Contains(may, word) && !slices.ContainsFunc(may, func(m string) bool { return strings.Contains(m, word) }) {
			t.Fatalf("%s holds %q, which she did not share: %q", what, word, all)
		}
	}
	for _, word := range may {
		if !bytes.Contains(all, []byte(word)) {
			t.Fatalf("%s does not hold %q, which she shared: %q", what, word, all)
		}
	}
}

// TestRecipientsOpenOnlyWhatSheTicked: whatever the rule and the ticks, every byte
// that a centre's or a social service's key opens, the copy and what its page is
// made of are within her allow-list; and after any change without a tick still
// within what it had and within what holds.
func TestRecipientsOpenOnlyWhatSheTicked(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx, anna, bruna, sofia := t.Context(), w.Caller("anna"), w.Caller("bruna"), w.Caller("sofia")
	offline, err := crypto.NewIdentity()
	storetest.Try(t, "a key", err)
	draw := rapid.Custom(func(t *rapid.T) [4]any {
		return [4]any{storetest.AnyRule(t, "uno"), storetest.AnyTicks(t), storetest.AnyTicks(t), storetest.AnyRule(t, "due")}
	})
	for run := range 20 {
		drawn := draw.Example(run)
		hers, ticks, later := drawn[0].(rule.SafeContact), drawn[1].([]string), drawn[3].(rule.SafeContact)
		taskTicks := slices.DeleteFunc(drawn[2].([]string), func(item string) bool { return item == "phone" })
		out, _, err := w.Desk.Cases.RecordContact(ctx, anna, cases.NewContact{Form: crypto.NewID(), OpenCase: true, Service: w.Units["service"], Share: taskTicks,
			Contact: cases.Contact{Speaker: "she", Alias: "Rosa", Outcome: "social_service", Safe: hers}})
		storetest.Try(t, "recording", err)
		_, id := storetest.Send(t, w, out.CaseID, append(ticks, "alias")...)
		_, err = w.Desk.Sharing.SendMessage(ctx, anna, id, typed.NewForm(), "Un messaggio.")
		storetest.Try(t, "a message", err)
		opens := func(who acts.Caller, id string) [][]byte {
			t.Helper()
			texts, err := w.Desk.Sharing.Opens(ctx, who, id)
			storetest.Try(t, "opening", err)
			return texts
		}
		copied := func() [][]byte {
			t.Helper()
			file, _, err := w.Desk.Sharing.SealedCopy(ctx, w.StepUp("bruna", policies.ReferralCopy, id), id, offline.Recipient().String(), func(p sharing.Package, s rule.PackageSafe) ([]byte, error) {
				return cbor.Marshal(s)
			})
			storetest.Try(t, "a copy", err)
			plain, err := crypto.OpenFile(offline, file)
			storetest.Try(t, "opening the copy", err)
			return [][]byte{plain}
		}
		may, not := allowList(hers, ticks)
		holds(t, "the package", opens(bruna, id), may, not)
		holds(t, "the copy", copied(), may, not)
		taskMay, taskNot := allowList(hers, taskTicks)
		holds(t, "the task", opens(sofia, out.TaskID), taskMay, taskNot)

		_, err = w.Desk.Cases.ChangeSafeContact(ctx, anna, out.CaseID, storetest.Open(t, w, anna, out.CaseID).Version, later, "in_person")
		storetest.Try(t, "changing the rule", err)
		_, never := allowList(later, ticks)
		holds(t, "the package after a change", opens(bruna, id), nil, slices.Concat(not, never, added(may, later, ticks)))
		holds(t, "the copy after a change", copied(), nil, slices.Concat(not, never, added(may, later, ticks)))
		_, never = allowList(later, taskTicks)
		holds(t, "the task after a change", opens(sofia, out.TaskID), nil, slices.Concat(taskNot, never, added(taskMay, later, taskTicks)))
	}
}

// added are the values that a later rule lets out and an earlier one did not:
// numbers, addresses, words and what to say. Hours are compared as moments, by
// TestNarrowedRuleIsNarrower.
func added(had []string, later rule.SafeContact, ticks []string) (list []string) {
	may, _ := allowList(later, ticks)
	for _, word := range may {
		if !slices.Contains(had, word) && !strings.Contains(word, ":") {
			list = append(list, word)
		}
	}
	return list
}

// reachable is a woman with a number, an address and a word, and a task that
// carries what she ticks of them.
func reachable(t *testing.T, w *storetest.World, share ...string) cases.Recorded {
	t.Helper()
	out, _, err := w.Desk.Cases.RecordContact(t.Context(), w.Caller("anna"), cases.NewContact{Form: crypto.NewID(), OpenCase: true, Service: w.Units["service"], Share: share,
		Contact: cases.Contact{Speaker: "she", Alias: "Rosa", Request: "dormire", Outcome: "social_service", Safe: hersToShare()}})
	storetest.Try(t, "recording", err)
	return out
}

func hersToShare() rule.SafeContact {
	return rule.SafeContact{Channels: map[string]string{"call": "yes", "sms": "never", "email": "yes"}, Number: "333 1234567", Mail: "rosa@example.org",
		Hours: []rule.Hours{{From: "08:00", To: "20:00"}}, Answerer: "trusted", CodeWord: "girasole"}
}

func changes(t *testing.T, w *storetest.World, caseID string, safe rule.SafeContact) int64 {
	t.Helper()
	v := storetest.Open(t, w, w.Caller("anna"), caseID).Version
	_, err := w.Desk.Cases.ChangeSafeContact(t.Context(), w.Caller("anna"), caseID, v, safe, "code_word")
	storetest.Try(t, "changing the rule", err)
	return v + 1
}

// TestWhatIsNewGoesWhereSheSays: a number that does not hold is taken from everybody
// at once; the new one reaches only whom she names, with step-up, as a new version
// of her authorisation.
func TestWhatIsNewGoesWhereSheSays(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx, anna, bruna, sofia := t.Context(), w.Caller("anna"), w.Caller("bruna"), w.Caller("sofia")
	out := reachable(t, w, "number", "code_word")
	consent, id := storetest.Send(t, w, out.CaseID, "alias", "number", "mail")
	centre := func() rule.PackageSafe {
		t.Helper()
		v, _, err := w.Desk.Sharing.OpenReferral(ctx, bruna, id)
		storetest.Try(t, "opening", err)
		return v.Safe
	}
	service := func() rule.SafeContact { t.Helper(); return storetest.Task(t, w, sofia, out.TaskID).Safe }
	if got := centre(); got.Rule.Number != "333 1234567" || got.Rule.Mail != "rosa@example.org" || got.Rule.CodeWord != "" || got.Rule.Channels["sms"] != "" {
		t.Fatalf("the centre reads %+v", got)
	}
	if got := service(); got.Number != "333 1234567" || got.Mail != "" || got.CodeWord != "girasole" {
		t.Fatalf("the service reads %+v", got)
	}

	next := hersToShare()
	next.Number, next.CodeWord, next.Channels = "333 7654321", "tulipano", map[string]string{"call": "yes", "sms": "yes", "email": "never"}
	version := changes(t, w, out.CaseID, next)
	if got := centre(); !got.DeskOnly || got.Rule.Number != "" || got.Rule.Mail != "" {
		t.Errorf("after the change the centre reads %+v", got)
	}
	if got := service(); !got.DeskOnly || got.Number != "" || got.CodeWord != "" {
		t.Errorf("after the change the service reads %+v", got)
	}
	list, _, err := w.Recipients(anna, out.CaseID)
	storetest.Try(t, "who knows her", err)
	for _, r := range list {
		if !r.News || !r.Safe.DeskOnly {
			t.Errorf("the desk reads of a recipient %+v", r)
		}
	}
	if len(list) != 2 {
		t.Errorf("there are %d recipients", len(list))
	}

	if _, err := w.Desk.Sharing.TellSafeContact(ctx, anna, out.CaseID, version, []string{id}); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("telling without step-up: %v", err)
	}
	if _, err := w.Desk.Sharing.TellSafeContact(ctx, w.StepUp("anna", policies.ConsentExtend, out.CaseID), out.CaseID, version-1, []string{id}); !errors.Is(err, acts.ErrConflict) {
		t.Errorf("telling what a page showed before the rule changed: %v", err)
	}
	_, err = w.Desk.Sharing.TellSafeContact(ctx, w.StepUp("anna", policies.ConsentExtend, out.CaseID), out.CaseID, version, []string{id})
	storetest.Try(t, "telling the centre", err)
	if got := centre(); got.Rule.Number != "333 7654321" || got.Rule.Mail != "" || got.Rule.CodeWord != "" || got.Rule.Channels["sms"] != "yes" {
		t.Errorf("once told, the centre reads %+v", got)
	}
	if got := service(); !got.DeskOnly || got.Number != "" || got.CodeWord != "" {
		t.Errorf("the service, which was not named, reads %+v", got)
	}
	if v, err := w.Desk.Sharing.ConsentAt(ctx, consent); err != nil || v != 2 {
		t.Errorf("the authorisation is at version %d, %v", v, err)
	}
	_, err = w.Desk.Sharing.TellSafeContact(ctx, w.StepUp("anna", policies.ConsentExtend, out.CaseID), out.CaseID, version+1, []string{out.TaskID})
	storetest.Try(t, "telling the service", err)
	if got := service(); got.Number != "333 7654321" || got.CodeWord != "tulipano" || got.Mail != "" {
		t.Errorf("once told, the service reads %+v", got)
	}
	if r := w.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("checking the records: %v", r.Problems)
	}
}

// TestWhatStillHoldsStays: fewer hours and a stricter answer reach the centre, a
// longer list of channels does not.
func TestWhatStillHoldsStays(t *testing.T) {
	w := storetest.New(t).Standard()
	out := reachable(t, w)
	_, id := storetest.Send(t, w, out.CaseID, "number")
	next := hersToShare()
	next.Hours, next.Answerer, next.Hide = []rule.Hours{{Days: []string{"mon"}, From: "19:00", To: "23:00"}}, "only_she", "no"
	next.Channels = map[string]string{"call": "yes", "whatsapp": "yes"}
	changes(t, w, out.CaseID, next)
	v, _, err := w.Desk.Sharing.OpenReferral(t.Context(), w.Caller("bruna"), id)
	storetest.Try(t, "opening", err)
	r := v.Safe.Rule
	if v.Safe.DeskOnly || r.Answerer != "only_she" || r.Hide != "" || r.Channels["whatsapp"] != "" || len(r.Hours) != 1 || r.Hours[0].To != "20:00" || r.Hours[0].From != "19:00" {
		t.Errorf("the centre reads %+v", v.Safe)
	}
}

// TestTaskIsRevoked: what a task carries of her rule is taken back, without step-up,
// by the unit that sent it; nothing comes back with a later change.
func TestTaskIsRevoked(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx, anna, sofia := t.Context(), w.Caller("anna"), w.Caller("sofia")
	out := reachable(t, w, "number", "code_word")
	if _, err := w.Desk.Sharing.RevokeTask(ctx, sofia, out.TaskID, "code_word"); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("the service takes it back: %v", err)
	}
	if _, err := w.Desk.Sharing.RevokeTask(ctx, anna, out.TaskID, "not_recognised"); !errors.Is(err, typed.ErrInvalid) {
		t.Errorf("for somebody who was not recognised: %v", err)
	}
	_, err := w.Desk.Sharing.RevokeTask(ctx, anna, out.TaskID, "code_word")
	storetest.Try(t, "taking it back", err)
	if v := storetest.Task(t, w, sofia, out.TaskID); !v.Safe.DeskOnly || v.Safe.Number != "" || v.Safe.CodeWord != "" || v.Alias != "Rosa" {
		t.Errorf("the service reads %+v", v.TaskPackage)
	}
	if _, err := w.Desk.Sharing.RevokeTask(ctx, anna, out.TaskID, "code_word"); !errors.Is(err, kept.ErrState) {
		t.Errorf("taking it back again: %v", err)
	}
	changes(t, w, out.CaseID, hersToShare())
	if v := storetest.Task(t, w, sofia, out.TaskID); v.Safe.Number != "" {
		t.Errorf("a later change brings back %+v", v.Safe)
	}
	if v := storetest.Open(t, w, anna, out.CaseID); !slices.ContainsFunc(v.Notes, func(n cases.NoteView) bool { return n.Kind == "revoked" }) {
		t.Errorf("the diary says %+v", v.Notes)
	}
	if r := w.CheckRecords(); len(r.Problems) != 0 {
		t.Errorf("checking the records: %v", r.Problems)
	}
}

// shown is what the page of choices carries for a case.
func shown(t *testing.T, w *storetest.World, caseID string) sharing.Marks {
	t.Helper()
	v, _, err := w.Shareable(w.Caller("anna"), caseID, nil, nil)
	storetest.Try(t, "reading what can be shared", err)
	return sharing.ReadMarks(v.Shown.Lines())
}

func authorisation(w *storetest.World, marks sharing.Marks, fields ...string) sharing.Authorisation {
	return sharing.Authorisation{Centre: w.Units["centre"], Purpose: "support", Fields: fields, Shown: marks, Feedback: "state", UntilReply: true, Way: "spoken",
		Text: sharing.AuthorisationText, Language: "it", Urgency: "today"}
}

func saysNow(t *testing.T, w *storetest.World, caseID, request string, id cases.Identity) {
	t.Helper()
	v := storetest.Open(t, w, w.Caller("anna"), caseID)
	told := v.Told
	told.Request = request
	_, err := w.Desk.Cases.SavePerson(t.Context(), w.Caller("anna"), caseID, v.Version, cases.PersonForm{Alias: v.Card.Alias, Identity: id, Told: told})
	storetest.Try(t, "saving", err)
}

// differ fails unless an error names exactly these items as changed.
func differ(t *testing.T, doing string, err error, items ...string) {
	t.Helper()
	var changed *sharing.Changed
	if !errors.As(err, &changed) || !errors.Is(err, sharing.ErrChanged) || !slices.Equal(changed.Items, items) {
		t.Errorf("%s: got %v (%v), want that %v changed", doing, err, changed, items)
	}
}

// TestOnlyWhatSheWasShownIsAuthorised: an item that changed while she was asked, one
// that was not on the page and one with a mark of something else are refused by name.
func TestOnlyWhatSheWasShownIsAuthorised(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx, anna := t.Context(), w.Caller("anna")
	out := reachable(t, w)
	marks := shown(t, w, out.CaseID)
	saysNow(t, w, out.CaseID, "un'altra cosa", cases.Identity{})
	_, _, err := w.Desk.Sharing.GiveConsent(ctx, anna, out.CaseID, authorisation(w, marks, "alias", "request"))
	differ(t, "a request that changed", err, "request")
	next := hersToShare()
	next.Hours = nil
	changes(t, w, out.CaseID, next)
	_, _, err = w.Desk.Sharing.GiveConsent(ctx, anna, out.CaseID, authorisation(w, marks, "alias", "number", "mail"))
	differ(t, "other hours for the number", err, "number")
	_, _, err = w.Desk.Sharing.GiveConsent(ctx, anna, out.CaseID, authorisation(w, sharing.Marks{}, "alias"))
	differ(t, "a page that showed nothing", err, "alias")
	marks["name"], marks["town"] = marks["alias"], sharing.Mark{}
	_, _, err = w.Desk.Sharing.GiveConsent(ctx, anna, out.CaseID, authorisation(w, marks, "name", "town"))
	differ(t, "the mark of another item, and none", err, "name", "town")
	page, _, err := w.Shareable(anna, out.CaseID, []string{"alias", "request", "mail"}, marks)
	if err != nil || !slices.Equal(page.Changed, []string{"request"}) {
		t.Errorf("the page says that %v changed, %v", page.Changed, err)
	}
	_, _, err = w.Desk.Sharing.GiveConsent(ctx, anna, out.CaseID, authorisation(w, page.Shown, "alias", "request", "number"))
	storetest.Try(t, "what she was shown", err)
}

// TestOnlyWhatSheWasShownIsSent: what changed after her authorisation is named by the
// preview and by sending, and nothing is sent; a new key of the case, and a change of
// what she does not share, are no change.
func TestOnlyWhatSheWasShownIsSent(t *testing.T) {
	w := storetest.New(t).Wide()
	ctx, anna := t.Context(), w.Caller("anna")
	out := reachable(t, w)
	saysNow(t, w, out.CaseID, "dormire", cases.Identity{Name: "Rosalia"})
	id, _, err := w.Desk.Sharing.GiveConsent(ctx, anna, out.CaseID, authorisation(w, shown(t, w, out.CaseID), "name", "request", "number"))
	storetest.Try(t, "her authorisation", err)
	sends := func() error {
		_, _, err := w.Desk.Sharing.SendReferral(ctx, w.StepUp("anna", policies.ReferralSend, id), id)
		return err
	}
	v := storetest.Open(t, w, anna, out.CaseID)
	_, err = w.Desk.Cases.Anonymise(ctx, w.StepUp("anna", policies.CaseAnonymise, out.CaseID), out.CaseID, v.Version)
	storetest.Try(t, "going back to the alias", err)
	differ(t, "her name, forgotten", sends(), "name")
	saysNow(t, w, out.CaseID, "dormire", cases.Identity{Name: "Rosalia"})
	differ(t, "the same name, told anew", sends(), "name") // its mark went with the identity's secret

	id, _, err = w.Desk.Sharing.GiveConsent(ctx, anna, out.CaseID, authorisation(w, shown(t, w, out.CaseID), "name", "request", "number"))
	storetest.Try(t, "another authorisation", err)
	saysNow(t, w, out.CaseID, "un'altra cosa", cases.Identity{Name: "Rosalia"})
	next := hersToShare()
	next.Number, next.Mail = "333 7654321", ""
	changes(t, w, out.CaseID, next)
	p, _, err := w.Desk.Sharing.PreviewReferral(ctx, anna, id)
	if err != nil || !slices.Equal(p.Changed, []string{"request", "number"}) || !p.Safe.DeskOnly || len(p.Package.Fields) != 1 {
		t.Errorf("the preview: %+v, %v", p, err)
	}
	differ(t, "another request and number", sends(), "request", "number")
	if v := storetest.Open(t, w, anna, out.CaseID); len(v.Referrals) != 0 {
		t.Fatal("something was sent")
	}

	id, _, err = w.Desk.Sharing.GiveConsent(ctx, anna, out.CaseID, authorisation(w, shown(t, w, out.CaseID), "name", "number"))
	storetest.Try(t, "a third one", err)
	saysNow(t, w, out.CaseID, "ancora un'altra", cases.Identity{Name: "Rosalia"}) // she does not share it
	storetest.Try(t, "a new epoch", w.TakeOut("anna", "lia", false))
	anna = w.SignIn("anna")
	in, err := w.Door.StepUp(ctx, anna, w.People["anna"].Passphrase, w.Code(w.People["anna"]), policies.ReferralSend, id, accounts.From{Address: "127.0.0.1"})
	storetest.Try(t, "stepping up", err)
	_, _, err = w.Desk.Sharing.SendReferral(ctx, in.Caller, id)
	storetest.Try(t, "sending under a new key", err)
	r, _, err := w.Desk.Sharing.OpenReferral(ctx, w.Caller("bruna"), id)
	if err != nil || r.Safe.Rule.Number != "333 7654321" {
		t.Errorf("the centre reads %+v, %v", r.Safe, err)
	}
}

// TestUnmarkedAuthorisationIsNotSent: one that a program without marks recorded says
// nothing of what she was shown: she is asked again.
func TestUnmarkedAuthorisationIsNotSent(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx, anna := t.Context(), w.Caller("anna")
	out := reachable(t, w)
	id, _, err := w.Desk.Sharing.GiveConsent(ctx, anna, out.CaseID, authorisation(w, nil, "alias", "phone"))
	storetest.Try(t, "her authorisation", err)
	storetest.Try(t, "as it was before", w.Desk.Sharing.ForgetMarks(ctx, anna, id))
	_, _, err = w.Desk.Sharing.SendReferral(ctx, w.StepUp("anna", policies.ReferralSend, id), id)
	differ(t, "sending", err, "alias", "phone")
	if marks := sharing.ReadMarks([]string{"alias:1:AAAA", "alias", "request:x:AAAA", "town:1:%"}); len(marks) != 1 || marks["alias"].Version != 1 {
		t.Errorf("read %+v", marks)
	}
}

// TestOlderPackagesStillShow: what a program without an allow-list sealed opens, and
// shows what she shared by it; the next change of the rule takes the rest out.
func TestOlderPackagesStillShow(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx, anna, bruna, sofia := t.Context(), w.Caller("anna"), w.Caller("bruna"), w.Caller("sofia")
	out := reachable(t, w)
	_, id := storetest.Send(t, w, out.CaseID, "alias", "phone")
	old := hersToShare()
	old.Channels["paper"] = "yes"
	storetest.Try(t, "sealing as before", w.Desk.Sharing.SealAsBefore(ctx, anna, id, out.TaskID, old))
	v, _, err := w.Desk.Sharing.OpenReferral(ctx, bruna, id)
	if s := v.Safe.Rule; err != nil || s.Number != old.Number || s.Mail != old.Mail || s.CodeWord != "" || s.Channels["sms"] != "" || s.Channels["paper"] != "" || s.Answerer != "trusted" {
		t.Errorf("the centre reads %+v, %v", v.Safe, err)
	}
	if s := storetest.Task(t, w, sofia, out.TaskID).Safe; s.Number != old.Number || s.Mail != old.Mail || s.CodeWord != "" || s.Channels["sms"] != "" {
		t.Errorf("the service reads %+v", s)
	}
	next := hersToShare()
	next.Channels = map[string]string{"email": "yes"}
	changes(t, w, out.CaseID, next)
	for _, at := range []struct {
		who  acts.Caller
		what string
	}{{bruna, id}, {sofia, out.TaskID}} {
		texts, err := w.Desk.Sharing.Opens(ctx, at.who, at.what)
		storetest.Try(t, "opening", err)
		holds(t, "after a change it", texts, []string{"rosa@example.org"}, []string{"333 1234567", "girasole", "never", "08:00"})
	}
}

// TestCentreTellsBackWhatSheAllows: what each answer lets through, at the centre and
// at the desk; a question always.
func TestCentreTellsBackWhatSheAllows(t *testing.T) {
	for feedback, may := range map[string][]string{"state": nil, "came": {"engaged"}, "more": {"engaged", "message"}} {
		t.Run(feedback, func(t *testing.T) {
			w := storetest.New(t).Standard()
			ctx, anna, bruna := t.Context(), w.Caller("anna"), w.Caller("bruna")
			in := authorisation(w, nil, "alias")
			in.Feedback = feedback
			id, _, err := w.Desk.Sharing.GiveConsent(ctx, anna, reachable(t, w).CaseID, in)
			storetest.Try(t, "her authorisation", err)
			_, _, err = w.Desk.Sharing.SendReferral(ctx, w.StepUp("anna", policies.ReferralSend, id), id)
			storetest.Try(t, "sending", err)
			_, err = w.Desk.Sharing.Accept(ctx, bruna, id)
			storetest.Try(t, "accepting", err)
			_, err = w.Desk.Sharing.Propose(ctx, bruna, id, typed.NewForm(), "2026-12-01", "10:00", "Sede")
			storetest.Try(t, "proposing", err)
			_, err = w.Desk.Sharing.Ask(ctx, bruna, id, typed.NewForm(), "Serve una culla?")
			storetest.Try(t, "asking after accepting", err)
			_, err = w.Desk.Sharing.SendMessage(ctx, bruna, id, typed.NewForm(), "Parla molto del marito.")
			if ok := slices.Contains(may, "message"); ok != (err == nil) || !ok && !errors.Is(err, sharing.ErrFeedback) {
				t.Errorf("a free message: %v", err)
			}
			_, err = w.Desk.Sharing.Outcome(ctx, bruna, id, "engaged")
			if ok := slices.Contains(may, "engaged"); ok != (err == nil) || !ok && !errors.Is(err, sharing.ErrFeedback) {
				t.Errorf("that she engaged: %v", err)
			}
			v, _, err := w.Desk.Sharing.ReadReferral(ctx, anna, id)
			storetest.Try(t, "reading", err)
			var kinds []string
			for _, m := range v.Messages {
				kinds = append(kinds, m.Kind)
			}
			want := []string{"appointment", "question"}
			if feedback == "more" {
				want = append(want, "message")
			}
			slices.Sort(kinds)
			slices.Sort(want)
			if !slices.Equal(kinds, want) {
				t.Errorf("the desk reads %v, want %v", kinds, want)
			}
		})
	}
}

// TestTaskOfAKnownWomanCarriesWhatThePageShowed: the rule of her case file, as it was
// shown beside the ticks; if it changed meanwhile she is asked again, and without a
// tick nobody has to look.
func TestTaskOfAKnownWomanCarriesWhatThePageShowed(t *testing.T) {
	w := storetest.New(t).Standard()
	ctx, anna := t.Context(), w.Caller("anna")
	out := reachable(t, w)
	page := storetest.Open(t, w, anna, out.CaseID).Version
	next := hersToShare()
	next.Number = "333 7654321"
	changes(t, w, out.CaseID, next)
	asks := func(version int64, share ...string) (cases.Recorded, error) {
		out, _, err := w.Desk.Cases.RecordContact(ctx, anna, cases.NewContact{Form: crypto.NewID(), CaseID: out.CaseID, Service: w.Units["service"], Share: share, CaseVersion: version,
			Contact: cases.Contact{Speaker: "she", Recognised: "known_voice", Outcome: "social_service"}})
		return out, err
	}
	var bad *typed.Invalid
	if _, err := asks(page, "number"); !errors.As(err, &bad) || bad.Fields["share"] != "share.changed" {
		t.Errorf("a rule that changed: %v", err)
	}
	if _, err := asks(-1, "number"); !errors.As(err, &bad) {
		t.Errorf("a page that showed none: %v", err)
	}
	if _, err := asks(page+1, "number", "everything"); !errors.As(err, &bad) {
		t.Errorf("a tick that is none: %v", err)
	}
	done, err := asks(page+1, "number")
	storetest.Try(t, "what the page showed", err)
	if s := storetest.Task(t, w, w.Caller("sofia"), done.TaskID).Safe; s.Number != "333 7654321" || s.Mail != "" {
		t.Errorf("the service reads %+v", s)
	}
	done, err = asks(page)
	storetest.Try(t, "without a tick", err)
	if s := storetest.Task(t, w, w.Caller("sofia"), done.TaskID).Safe; !s.DeskOnly || s.Number != "" {
		t.Errorf("the service reads %+v", s)
	}
	// What she forbids today is an answer: the older rule does not stand in for it.
	ring := cases.Contact{Speaker: "she", Recognised: "known_voice", Outcome: "social_service"}
	ring.Safe.Channels = map[string]string{"call": "never", "sms": "never", "email": "never"}
	out, _, err = w.Desk.Cases.RecordContact(ctx, anna, cases.NewContact{Form: crypto.NewID(), CaseID: out.CaseID, Service: w.Units["service"],
		Share: []string{"number", "mail", "code_word"}, CaseVersion: storetest.Open(t, w, anna, out.CaseID).Version, Contact: ring})
	storetest.Try(t, "forbidding every channel", err)
	if s := storetest.Task(t, w, w.Caller("sofia"), out.TaskID).Safe; !s.DeskOnly || s.Number != "" || s.Mail != "" || s.CodeWord != "" {
		t.Errorf("she forbade every channel, and the service reads %+v", s)
	}
}
