package referrals_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/sharing"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
	"sportello/referrals/walls"
)

// chain is a woman whom a desk knows and, from its task, a social service; each sent
// her to the centre.
type chain struct {
	*storetest.World
	t                *testing.T
	desk, own        string // the case files of desk and service
	code             string
	task             string
	deskRef, ownRef  string
	deskRule, atRule rule.SafeContact
}

func ruleOf(number string) rule.SafeContact {
	return rule.SafeContact{Channels: map[string]string{"call": "yes", "sms": "yes", "email": "yes"}, Number: number, Mail: "rosa@example.org",
		Hours: []rule.Hours{{From: "00:00"}}, CodeWord: "girasole"}
}

func newChain(t *testing.T) *chain {
	t.Helper()
	c := &chain{World: storetest.New(t).Wide(), t: t, deskRule: ruleOf("333 111"), atRule: ruleOf("333 111")}
	ctx := t.Context()
	out, _, err := c.Desk.Cases.RecordContact(ctx, c.SignIn("anna"), cases.NewContact{Form: crypto.NewID(), OpenCase: true, Service: c.Units["service"], Share: []string{"number"},
		Contact: cases.Contact{Speaker: "she", Channel: "phone", Alias: "Rosa", Request: "dove dormire", Needs: []string{"bed"}, Outcome: "social_service", Safe: c.deskRule}})
	storetest.Try(t, "recording a contact", err)
	c.desk, c.code, c.task = out.CaseID, out.Code, out.TaskID
	_, err = c.Desk.Sharing.TakeTask(ctx, c.SignIn("sofia"), c.task)
	storetest.Try(t, "taking the task", err)
	c.own, _, err = c.Desk.Sharing.OpenCaseFromTask(ctx, c.SignIn("sofia"), c.task, "")
	storetest.Try(t, "opening a case from it", err)
	c.says("sofia", c.own, c.atRule)
	c.says("anna", c.desk, c.deskRule) // the service's stopped it, and she confirms
	c.Pin("sofia", "service", "centre", "bruna")
	c.deskRef, c.ownRef = c.refer("anna", c.desk), c.refer("sofia", c.own)
	return c
}

func (c *chain) refer(name, id string) string {
	c.t.Helper()
	ctx := context.Background()
	consent, _, err := c.Desk.Sharing.GiveConsent(ctx, c.SignIn(name), id, sharing.Authorisation{Centre: c.Units["centre"], Purpose: "support", Fields: []string{"alias", "number"},
		Feedback: "more", Way: "spoken", Text: sharing.AuthorisationText, Language: "it", Urgency: "today"})
	storetest.Try(c.t, "giving consent", err)
	sent, _, err := c.Desk.Sharing.SendReferral(ctx, c.StepUp(name, policies.ReferralSend, consent), consent)
	storetest.Try(c.t, "sending", err)
	return sent
}

func (c *chain) open(name, id string) referrals.CaseView {
	c.t.Helper()
	return storetest.Open(c.t, c.World, c.SignIn(name), id)
}

func (c *chain) change(name, id string, safe rule.SafeContact, recognised string) {
	c.t.Helper()
	_, err := c.Desk.Cases.ChangeSafeContact(c.t.Context(), c.SignIn(name), id, c.open(name, id).Version, safe, recognised)
	storetest.Try(c.t, "changing the rule", err)
}

func (c *chain) says(name, id string, safe rule.SafeContact) { c.change(name, id, safe, "known_voice") }

// reads is what each reader reads of her rule now.
func (c *chain) reads() map[string]rule.SafeContact {
	c.t.Helper()
	task := storetest.Task(c.t, c.World, c.SignIn("sofia"), c.task)
	all := map[string]rule.SafeContact{"desk": c.open("anna", c.desk).Safe, "own": c.open("sofia", c.own).Safe, "task": task.Safe}
	for name, id := range map[string]string{"deskRef": c.deskRef, "ownRef": c.ownRef} {
		v, _, err := c.Desk.Sharing.OpenReferral(c.t.Context(), c.SignIn("bruna"), id)
		storetest.Try(c.t, "opening a referral", err)
		all[name] = v.Safe.Rule
	}
	return all
}

// callers are those who may ring the number she took back, and those that were stopped.
func (c *chain) callers() (ring, stopped []string) {
	c.t.Helper()
	for name, safe := range c.reads() {
		if safe.Allows("call", c.Gate.Now()) == rule.Permitted && safe.Phone() == "333 111" {
			ring = append(ring, name)
		}
		if safe.Stopped {
			stopped = append(stopped, name)
		}
	}
	slices.Sort(ring)
	slices.Sort(stopped)
	return ring, stopped
}

func (c *chain) want(doing string, ring, stopped []string) {
	c.t.Helper()
	gotRing, gotStopped := c.callers()
	if !slices.Equal(gotRing, ring) || !slices.Equal(gotStopped, stopped) {
		c.t.Fatalf("%s: the old number is rung by %v and %v are stopped; want %v and %v", doing, gotRing, gotStopped, ring, stopped)
	}
}

var everywhere = []string{"desk", "deskRef", "own", "ownRef", "task"}

// TestOneRuleOverUnits: whatever unit holds something of her follows the newest rule
// she gave or stops, whoever writes it down, until the unit between has passed it on or
// she has said it there.
func TestOneRuleOverUnits(t *testing.T) {
	c := newChain(t)
	c.want("before", everywhere, nil)
	never := rule.SafeContact{Channels: map[string]string{"call": "never", "sms": "never", "email": "yes"}, Mail: "rosa@example.org"}

	c.says("anna", c.desk, never) // down: desk, its referral and the task by key, what the service has by a stop
	c.want("the desk changed it", nil, []string{"own", "ownRef"})
	if r, _, _ := c.Desk.Cases.RecordAttempt(t.Context(), c.SignIn("sofia"), c.own, typed.NewForm(), "email", "no_answer", ""); r != rule.Stopped {
		t.Fatalf("the service writes to her: %q", r)
	}
	c.says("sofia", c.own, c.atRule) // she says there that they may: it holds there
	c.want("she confirmed at the service", []string{"own", "ownRef"}, nil)

	c.says("sofia", c.own, ruleOf("333 222")) // up, to the task, the desk and what hangs there
	c.want("the service changed it", nil, []string{"desk", "deskRef", "task"})
	if got := c.reads()["ownRef"]; got.Phone() == "333 222" || got.Stopped {
		t.Fatalf("the service's centre reads %+v: what is new goes where she says", got)
	}
	consent, _, err := c.Desk.Sharing.GiveConsent(t.Context(), c.SignIn("anna"), c.desk, sharing.Authorisation{Centre: c.Units["centre"], Purpose: "legal", Fields: []string{"alias"},
		Feedback: "more", Way: "spoken", Text: sharing.AuthorisationText, Language: "it", Urgency: "today"})
	storetest.Try(t, "giving consent", err)
	p, _, err := c.Desk.Sharing.PreviewReferral(t.Context(), c.SignIn("anna"), consent)
	if err != nil || p.Safe.Rule.Phone() != "" || p.Safe.Rule.CodeWord != "" {
		t.Fatalf("a package of a stopped case: %+v, %v", p.Safe, err)
	}
	v := c.open("anna", c.desk)
	if _, err := c.Desk.Sharing.TellSafeContact(t.Context(), c.StepUp("anna", policies.ConsentExtend, c.desk), c.desk, v.Version, []string{c.deskRef}); !errors.Is(err, kept.ErrState) {
		t.Fatalf("telling a rule that is stopped: got %v, want ErrState", err)
	}
	c.says("anna", c.desk, ruleOf("333 222"))
	c.want("she said the same at the desk", nil, []string{"own", "ownRef"}) // the desk cannot know that it is the same
	c.says("sofia", c.own, ruleOf("333 222"))
	c.want("confirmed where it stopped", nil, nil)
	if got := c.reads(); got["desk"].Phone() != "333 222" || got["own"].Phone() != "333 222" {
		t.Fatalf("at the end: %+v", got)
	}
	if r := c.CheckRecords(); len(r.Problems) != 0 {
		t.Fatalf("checking the records: %v", r.Problems)
	}
}

// TestConfirmedRuleStopsNobody: two units in which she says what holds already do not
// stop each other for ever.
func TestConfirmedRuleStopsNobody(t *testing.T) {
	c := newChain(t)
	for range 2 {
		c.says("anna", c.desk, c.deskRule)
		c.says("sofia", c.own, c.atRule)
		c.want("confirmed", everywhere, nil)
	}
}

// TestStopSaysNothingOfWhom: the log names the case whose rule changed, and who may not
// know of a case does not see that it stopped.
func TestStopSaysNothingOfWhom(t *testing.T) {
	c := newChain(t)
	stopped := func(name string) []cases.StoppedLine {
		a, _, err := c.Desk.ReadAgenda(t.Context(), c.SignIn(name))
		storetest.Try(t, "reading the Agenda", err)
		return a.Stopped
	}
	if got := stopped("anna"); len(got) != 0 {
		t.Fatalf("before: %+v", got)
	}
	c.says("sofia", c.own, ruleOf("333 222"))
	if got := stopped("anna"); len(got) != 1 || got[0].CaseID != c.desk || got[0].Code != c.code || got[0].Since != c.Desk.Day() {
		t.Fatalf("the desk's list: %+v", got)
	}
	if got := stopped("sofia"); len(got) != 0 {
		t.Fatalf("the service's list: %+v", got)
	}
	if a, _, err := c.Desk.ReadAgenda(t.Context(), c.SignIn("sofia")); err != nil || len(a.Tasks) != 1 || !a.Tasks[0].Stopped {
		t.Fatalf("the task on the service's list: %+v, %v", a.Tasks, err)
	}
	_, err := c.Desk.Walls.Set(t.Context(), c.StepUp("gina", policies.CaseWall, c.desk), c.desk, c.open("anna", c.desk).Version, walls.Change{Off: acts.List(c.People["lia"].ID)})
	storetest.Try(t, "walling off", err)
	if got := stopped("lia"); len(got) != 0 {
		t.Fatalf("who is walled off sees %+v", got)
	}
	_, readers, _, err := c.Desk.AuditLog.Readers(t.Context(), c.SignIn("anna"), c.desk)
	storetest.Try(t, "reading who opened it", err)
	for _, r := range readers {
		if r.Actor == c.People["sofia"].ID {
			t.Fatal("the desk's page of who opened the case names the other unit")
		}
	}
}

// TestOtherPersonAnswers: her number is not rung by anybody before she confirms it,
// another way that she allowed stays open, and the card says so.
func TestOtherPersonAnswers(t *testing.T) {
	c := newChain(t)
	ctx := t.Context()
	form := typed.NewForm()
	if _, _, err := c.Desk.Cases.Try(ctx, c.SignIn("anna"), c.desk, form, cases.Attempt{Channel: "call", Outcome: cases.OtherPerson}); !errors.Is(err, typed.ErrInvalid) {
		t.Fatalf("without what was said: got %v", err)
	}
	if _, _, err := c.Desk.Cases.Try(ctx, c.SignIn("anna"), c.desk, form, cases.Attempt{Channel: "call", Outcome: cases.OtherPerson, Said: "other"}); !errors.Is(err, typed.ErrInvalid) {
		t.Fatalf("something else, and not what: got %v", err)
	}
	_, err := c.Desk.Cases.SetRecall(ctx, c.SignIn("anna"), c.desk, c.open("anna", c.desk).Version, rule.Recall{Day: c.Desk.Day()})
	storetest.Try(t, "setting a call", err)
	in := cases.Attempt{Channel: "call", Outcome: cases.OtherPerson, Said: "agreed"}
	for range 2 { // a form sent twice is one attempt
		_, _, err := c.Desk.Cases.Try(ctx, c.SignIn("anna"), c.desk, form, in)
		storetest.Try(t, "recording it", err)
	}
	c.want("another person answered", nil, []string{"own", "ownRef"})
	v := c.open("anna", c.desk)
	now := c.Gate.Now()
	for kind, want := range map[string]rule.Refusal{"call": rule.OtherAnswered, "sms": rule.OtherAnswered, "email": rule.Permitted} {
		if got := v.Safe.Allows(kind, now); got != want {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
	}
	if v.Card.Marks.Of(kept.MarkOther, now) == nil || len(v.Notes) == 0 || v.Notes[0].Said != "agreed" {
		t.Fatalf("the card has %+v, the diary %+v", v.Card.Marks, v.Notes)
	}
	if v.Recall.Day == "" || len(v.Card.Numbers) != 1 {
		t.Fatal("she is not to be called any more, or not found by her number")
	}
	if a, _, err := c.Desk.ReadAgenda(ctx, c.SignIn("anna")); err != nil || len(a.Recall) != 0 {
		t.Fatalf("she is called back: %+v, %v", a.Recall, err)
	}
	if _, err := c.Desk.Cases.EndNow(ctx, c.SignIn("anna"), cases.Waits{Case: c.desk}, cases.NowEnd{Mark: kept.MarkOther, Code: "confirmed", Text: "va bene"}); !errors.Is(err, typed.ErrInvalid) {
		t.Fatalf("it ends without her: %v", err)
	}
	c.change("anna", c.desk, c.deskRule, cases.NotRecognised) // who has her phone says that it is all right
	if v := c.open("anna", c.desk); v.Safe.Allows("call", now) != rule.OtherAnswered || v.Card.Marks.Of(kept.MarkOther, now) == nil {
		t.Fatalf("somebody not recognised opened it again: %+v", v.Safe)
	}
	_, _, err = c.Desk.Cases.RecordContact(ctx, c.SignIn("anna"), cases.NewContact{Form: crypto.NewID(), CaseID: c.desk, Query: c.code,
		Contact: cases.Contact{Speaker: "she", Recognised: "code_word", Outcome: "info_only", Safe: rule.SafeContact{Channels: map[string]string{"paper": "never"}}}})
	storetest.Try(t, "recording what she says of another way", err)
	if v := c.open("anna", c.desk); v.Recall.Day == "" || v.Safe.Allows("call", now) != rule.OtherAnswered || v.Safe.Channels["paper"] != "never" || len(v.Waits) != 1 {
		t.Fatalf("she spoke of another way: %+v, %+v, %+v", v.Recall, v.Safe, v.Waits)
	}
	if _, err := c.Desk.Cases.ChangeSafeContact(ctx, c.SignIn("anna"), c.desk, c.open("anna", c.desk).Version, c.deskRule, "call_back"); !errors.Is(err, typed.ErrInvalid) {
		t.Fatalf("she was known by a call to that number: %v", err)
	}
	c.says("anna", c.desk, c.deskRule)
	v = c.open("anna", c.desk)
	if v.Safe.Allows("call", now) != rule.Permitted || len(v.Card.Marks) != 0 || len(v.Waits) != 0 {
		t.Fatalf("she confirmed it: %+v, %+v", v.Safe, v.Card.Marks)
	}
	if a, _, err := c.Desk.ReadAgenda(ctx, c.SignIn("anna")); err != nil || len(a.Recall) != 1 {
		t.Fatalf("the call that was planned: %+v, %v", a.Recall, err)
	}
	if got := c.reads()["deskRef"]; got.Phone() != "" {
		t.Fatalf("the centre gets it back without her tick: %+v", got)
	}
}

// TestNarrowerAtOnceWiderWhenRecognised: of what somebody says who is not recognised,
// every "mai" holds at once and nothing else does; it waits, and she is asked.
func TestNarrowerAtOnceWiderWhenRecognised(t *testing.T) {
	c := newChain(t)
	said := rule.SafeContact{Channels: map[string]string{"call": "never", "sms": "yes", "whatsapp": "yes", "email": "yes"}, Number: "333 999",
		Mail: "rosa@example.org", Hours: []rule.Hours{{From: "20:00", To: "21:00"}}, CodeWord: "altra"}
	c.change("anna", c.desk, said, cases.NotRecognised)
	now := c.Gate.Now()
	v := c.open("anna", c.desk)
	if v.Safe.Number != "333 111" || v.Safe.CodeWord != "girasole" || len(v.Safe.Hours) != 1 || v.Safe.Hours[0].To != "" || v.Safe.Channels["whatsapp"] != "" {
		t.Fatalf("something got wider: %+v", v.Safe)
	}
	for kind, want := range map[string]rule.Refusal{"call": rule.Suspended, "sms": rule.Permitted, "email": rule.Permitted, "whatsapp": rule.ChannelNotNamed} {
		if got := v.Safe.Allows(kind, now); got != want {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
	}
	if len(v.Waits) != 1 || v.Waits[0].By != c.People["anna"].ID || !v.Waits[0].At.Equal(now) || v.Card.Marks.Of(kept.MarkRuleWaits, now) == nil {
		t.Fatalf("what waits: %+v, marks %+v", v.Waits, v.Card.Marks)
	}
	if got := v.Safe.Differs(v.Waits[0].Rule); !slices.Equal(got, []string{"call", "whatsapp", "number", "hours", "code_word"}) {
		t.Fatalf("she is asked of %v", got)
	}
	reads := c.reads()
	if reads["deskRef"].Channels["call"] != "" || reads["deskRef"].Channels["sms"] != "yes" || reads["task"].Channels["call"] != "" || !reads["own"].Stopped || !reads["ownRef"].Stopped {
		t.Fatalf("elsewhere: %+v", reads)
	}
	version := v.Version
	c.change("anna", c.desk, said, cases.NotRecognised)
	if v := c.open("anna", c.desk); len(v.Waits) != 1 || v.Version != version+1 {
		t.Fatalf("the same once more: %+v", v.Waits)
	}
	taken := v.Safe.Take([]string{"whatsapp"}, v.Waits[0].Rule)
	c.says("anna", c.desk, taken)
	v = c.open("anna", c.desk)
	if len(v.Waits) != 0 || len(v.Card.Marks) != 0 || v.Safe.Allows("call", now) != rule.Permitted || v.Safe.Channels["whatsapp"] != "yes" || v.Safe.Number != "333 111" {
		t.Fatalf("after she was asked: %+v", v.Safe)
	}
	if _, err := c.Desk.Sharing.RevokeTask(t.Context(), c.SignIn("anna"), c.task, cases.NotRecognised); !errors.Is(err, typed.ErrInvalid) {
		t.Fatalf("a revocation by somebody not recognised: %v", err)
	}
}

// TestWomanWhoReturnsLosesNothing: what is typed of a woman who was here is compared
// with her case file. Her new words come into it and the old stay readable; her rule
// follows as far as she was recognised.
func TestWomanWhoReturnsLosesNothing(t *testing.T) {
	said := rule.SafeContact{Channels: map[string]string{"call": "never", "whatsapp": "yes"}, Number: "333 999"}
	for _, how := range []string{"code_word", cases.NotRecognised, ""} {
		c := newChain(t)
		now := c.Gate.Now()
		_, _, err := c.Desk.Cases.RecordContact(t.Context(), c.SignIn("anna"), cases.NewContact{Form: crypto.NewID(), CaseID: c.desk, Query: c.code,
			Contact: cases.Contact{Speaker: "she", Recognised: how, Request: "un avvocato", Needs: []string{"legal"}, Children: "with_her", HowMany: "2", Outcome: "stay_in_touch", Safe: said}})
		storetest.Try(t, "recording a contact", err)
		v := c.open("anna", c.desk)
		if v.Told.Request != "un avvocato" || !slices.Equal(v.Told.Needs, []string{"legal"}) || v.Told.Where != "with_her" || v.Told.HowMany != "2" {
			t.Fatalf("she asks %+v", v.Told)
		}
		i := slices.IndexFunc(v.Notes, func(n cases.NoteView) bool { return n.Kind == cases.NoteRequest })
		if i < 0 || v.Notes[i].Before == nil || v.Notes[i].Before.Request != "dove dormire" || !slices.Equal(v.Notes[i].Before.Needs, []string{"bed"}) {
			t.Fatalf("what she asked before is not in the diary: %+v", v.Notes)
		}
		if how == "code_word" {
			if v.Safe.Channels["call"] != "never" || v.Safe.Number != "333 999" || v.Safe.Channels["whatsapp"] != "yes" || v.Safe.Channels["email"] != "yes" || v.Safe.CodeWord != "girasole" || len(v.Waits) != 0 {
				t.Fatalf("recognised: %+v", v.Safe)
			}
		} else if v.Safe.Number != "333 111" || v.Safe.Allows("call", now) != rule.Suspended || v.Safe.Allows("whatsapp", now) != rule.ChannelNotNamed || len(v.Waits) != 1 {
			t.Fatalf("%q: %+v, waits %+v", how, v.Safe, v.Waits)
		}
		if !c.reads()["own"].Stopped {
			t.Fatal("the service goes on")
		}
		v = c.open("anna", c.desk)
		_, _, err = c.Desk.Cases.RecordContact(t.Context(), c.SignIn("anna"), cases.NewContact{Form: crypto.NewID(), CaseID: c.desk, Query: c.code,
			Contact: cases.Contact{Speaker: "she", Recognised: how, Children: "refused", Outcome: "info_only"}})
		storetest.Try(t, "recording a contact in which nothing is new", err)
		if again := c.open("anna", c.desk); len(again.Notes) != len(v.Notes) || again.Told.Where != "with_her" || len(again.Waits) != len(v.Waits) {
			t.Fatalf("nothing was said, and something changed: %+v", again.Notes)
		}
	}
}

// TestTaskOfAWomanNotRecognisedCarriesNothingNew: the number that somebody gave in her
// name reaches no social service, though it was ticked; nor does the one she did not
// tick.
func TestTaskOfAWomanNotRecognisedCarriesNothingNew(t *testing.T) {
	c := newChain(t)
	for _, ask := range [][2]string{{cases.NotRecognised, ""}, {"code_word", "333 999"}} { // in this order: then it is her rule
		how, want := ask[0], ask[1]
		out, _, err := c.Desk.Cases.RecordContact(t.Context(), c.SignIn("anna"), cases.NewContact{Form: crypto.NewID(), CaseID: c.desk, Query: c.code, Service: c.Units["service"],
			Share: []string{"number"}, Contact: cases.Contact{Speaker: "she", Recognised: how, Outcome: "social_service", Safe: rule.SafeContact{Channels: map[string]string{"call": "yes"}, Number: "333 999",
				Hours: []rule.Hours{{From: "00:00"}}}}})
		storetest.Try(t, "recording a contact", err)
		v := storetest.Task(t, c.World, c.SignIn("sofia"), out.TaskID)
		if v.Safe.Number != want {
			t.Errorf("%s: the task carries %+v", how, v.Safe)
		}
	}
}

// TestOneCode: the code that she learned finds her in each unit, and each unit finds
// its own file alone; the code word leaves the desk under its own tick only.
func TestOneCode(t *testing.T) {
	c := newChain(t)
	task := storetest.Task(t, c.World, c.SignIn("sofia"), c.task)
	if task.Code != c.code || c.open("sofia", c.own).Card.Code != c.code {
		t.Fatalf("she has the codes %q, %q and %q", c.code, task.Code, c.open("sofia", c.own).Card.Code)
	}
	if task.Safe.CodeWord != "" {
		t.Fatal("the code word went along without a tick")
	}
	for name, want := range map[string]string{"anna": c.desk, "sofia": c.own} {
		found, _, err := c.Desk.Cases.Search(t.Context(), c.SignIn(name), c.code)
		if err != nil || len(found) != 1 || found[0].ID != want {
			t.Errorf("%s finds %+v, %v", name, found, err)
		}
	}
}

// TestCallThatHappenedIsWrittenDown: though her rule did not allow it, with why.
func TestCallThatHappenedIsWrittenDown(t *testing.T) {
	c := newChain(t)
	c.says("anna", c.desk, rule.SafeContact{Channels: map[string]string{"call": "yes", "sms": "never"}, Number: "333 111"})
	try := func(in cases.Attempt) (rule.Refusal, error) {
		why, _, err := c.Desk.Cases.Try(t.Context(), c.SignIn("anna"), c.desk, typed.NewForm(), in)
		return why, err
	}
	for channel, want := range map[string]rule.Refusal{"call": rule.HoursUnasked, "sms": rule.ChannelNever} {
		in := cases.Attempt{Channel: channel, Outcome: "reached"}
		if why, err := try(in); why != want || !errors.Is(err, typed.ErrInvalid) {
			t.Errorf("%s: %q, %v", channel, why, err)
		}
		in.Happened = true
		if why, err := try(in); why != want || err != nil {
			t.Errorf("%s happened: %q, %v", channel, why, err)
		}
		v := c.open("anna", c.desk)
		if n := v.Notes[slices.IndexFunc(v.Notes, func(n cases.NoteView) bool { return n.Channel == channel })]; n.Refused != string(want) {
			t.Errorf("the diary says %+v", n.Note)
		}
	}
}

// TestThirtyDaysEndWithAnInterview: a file that is opened ends nothing; that the
// interview took place does, and stands in the file.
func TestThirtyDaysEndWithAnInterview(t *testing.T) {
	c := newChain(t)
	waits := func() int {
		a, _, err := c.Desk.ReadAgenda(t.Context(), c.SignIn("sofia"))
		storetest.Try(t, "reading the Agenda", err)
		return len(a.Tasks)
	}
	if v := storetest.Task(t, c.World, c.SignIn("sofia"), c.task); waits() != 1 || v.State != "taken" || v.DueDay == "" {
		t.Fatalf("with a file and no interview: %d, %+v", waits(), v)
	}
	_, err := c.Desk.Sharing.RecordInterview(t.Context(), c.SignIn("sofia"), c.task, "è venuta lunedì")
	storetest.Try(t, "recording the interview", err)
	v := c.open("sofia", c.own)
	i := slices.IndexFunc(v.Notes, func(n cases.NoteView) bool { return n.Kind == "interview" })
	if waits() != 0 || i < 0 || v.Notes[i].Text != "è venuta lunedì" {
		t.Fatalf("after the interview: %d wait, the diary %+v", waits(), v.Notes)
	}
	out, _, err := c.Desk.Cases.RecordContact(t.Context(), c.SignIn("anna"), cases.NewContact{Form: crypto.NewID(), CaseID: c.desk, Query: c.code, Service: c.Units["service"],
		Contact: cases.Contact{Speaker: "she", Outcome: "social_service"}})
	storetest.Try(t, "asking again", err)
	_, err = c.Desk.Sharing.TakeTask(t.Context(), c.SignIn("sofia"), out.TaskID)
	storetest.Try(t, "taking it", err)
	if _, err := c.Desk.Sharing.RecordInterview(t.Context(), c.SignIn("sofia"), out.TaskID, "una nota"); !errors.Is(err, typed.ErrInvalid) {
		t.Fatalf("a note without a file: got %v", err)
	}
	_, err = c.Desk.Sharing.CloseTask(t.Context(), c.SignIn("sofia"), out.TaskID)
	storetest.Try(t, "ending it without a note", err)
}

// TestCallBackThatAnotherAnswered: somebody else answered the number she gave for one
// call. Where it is the one of her file, that is shut too; another is not.
func TestCallBackThatAnotherAnswered(t *testing.T) {
	for number, want := range map[string]rule.Refusal{"+39 333 1112223": rule.OtherAnswered, "٣٣٣ ١١١٢٢٢٣": rule.OtherAnswered, "333 4445556": rule.Permitted} {
		w := storetest.New(t).Wide()
		w.Desk.Cases.Leave = rule.Leave{Minutes: 20, Tries: 2}
		out := record(t, w, endangered(func(in *cases.NewContact) {
			in.Danger, in.Outcome, in.OpenCase, in.CallBack, in.Safe = "no", "line_dropped", true, "333 111 2223", ruleOf(number)
		}))
		v, _, err := w.Desk.Cases.OpenCallBack(t.Context(), w.Caller("anna"), out.ContactID)
		storetest.Try(t, "opening the call", err)
		_, err = w.Desk.Cases.RecordCallBack(t.Context(), w.Caller("anna"), out.ContactID, v.Version, cases.CallBack{Outcome: cases.OtherPerson, Said: "hung_up"})
		storetest.Try(t, "recording it", err)
		if got := storetest.Open(t, w, w.Caller("anna"), out.CaseID).Safe.Allows("call", w.Gate.Now()); got != want {
			t.Errorf("%s: %q, want %q", number, got, want)
		}
	}
}
