package sharing_test

import (
	"errors"
	"sync"
	"testing"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/sharing"
	"sportello/referrals/store/storetest"
	"sportello/referrals/typed"
)

// service is the usual cast with two more people in the social service.
func service(t *testing.T) *storetest.World {
	t.Helper()
	w := storetest.New(t).Standard()
	w.Join("service", "sara", policies.SocialWorker, "sofia")
	w.Join("service", "livia", policies.Lead, "sofia")
	w.Name("livia", "sara")
	return w
}

// sent is the one task on the sending desk's Agenda, which her case file shows
// as well.
func sent(t *testing.T, w *storetest.World, caseID string) sharing.SentTask {
	t.Helper()
	a, _, err := w.Desk.ReadAgenda(t.Context(), w.Caller("anna"))
	if err != nil || len(a.Sent) != 1 {
		t.Fatalf("the desk's Agenda: %+v, %v", a.Sent, err)
	}
	v, _, err := w.Desk.OpenCase(t.Context(), w.Caller("anna"), caseID, storetest.Parts...)
	if err != nil || len(v.Sent) != 1 {
		t.Fatalf("the case: %+v, %v", v.Sent, err)
	}
	onCase, onAgenda := v.Sent[0], a.Sent[0]
	onCase.Who = onAgenda.Who
	if onCase != onAgenda {
		t.Fatalf("the case says %+v, the Agenda %+v", v.Sent[0], a.Sent[0])
	}
	return a.Sent[0]
}

func TestTaskIsTakenReturnedAndDone(t *testing.T) {
	w := service(t)
	ctx, out := t.Context(), storetest.Rosa(t, w)
	sofia, livia := w.Caller("sofia"), w.SignIn("livia")
	if s := sent(t, w, out.CaseID); s.State != "open" || s.Worker != "" || s.Who.Alias != "Rosa" || s.Who.Code != out.Code {
		t.Fatalf("the desk sees %+v", s)
	}
	if _, err := w.Desk.Sharing.CloseTask(ctx, livia, out.TaskID); !errors.Is(err, kept.ErrState) {
		t.Errorf("ending what nobody took: got %v, want ErrState", err)
	}
	if _, err := w.Desk.Sharing.TakeTask(ctx, sofia, out.TaskID); err != nil {
		t.Fatalf("taking the task: %v", err)
	}
	today := w.Desk.Day()
	if s := sent(t, w, out.CaseID); s.State != "taken" || s.Worker != w.People["sofia"].ID || s.TakenDay != today {
		t.Fatalf("the desk sees %+v", s)
	}
	if _, err := w.Desk.Sharing.TakeTask(ctx, livia, out.TaskID); !errors.Is(err, kept.ErrState) {
		t.Errorf("taking it twice: got %v, want ErrState", err)
	}
	if _, err := w.Desk.Sharing.ReturnTask(ctx, sofia, out.TaskID, "gossip"); !errors.Is(err, typed.ErrInvalid) {
		t.Errorf("a reason in one's own words: got %v", err)
	}
	if _, err := w.Desk.Sharing.ReturnTask(ctx, sofia, out.TaskID, "time"); err != nil {
		t.Fatalf("handing back: %v", err)
	}
	if s := sent(t, w, out.CaseID); s.State != "open" || s.Reason != "time" || s.Worker != "" || s.TakenDay != "" {
		t.Fatalf("the desk sees %+v", s)
	}
	if v := storetest.Task(t, w, sofia, out.TaskID); v.State != "open" || v.Reason != "time" {
		t.Fatalf("the service sees %+v", v)
	}
	if _, err := w.Desk.Sharing.AssignTask(ctx, livia, out.TaskID, storetest.Task(t, w, livia, out.TaskID).Version, w.People["sara"].ID); err != nil {
		t.Fatalf("naming a colleague: %v", err)
	}
	if v := storetest.Task(t, w, sofia, out.TaskID); v.Worker != w.People["sara"].ID || v.Reason != "" || v.Request != "dove dormire stanotte" {
		t.Fatalf("after naming a colleague: %+v", v)
	}
	if _, err := w.Desk.Sharing.CloseTask(ctx, w.SignIn("sara"), out.TaskID); err != nil {
		t.Fatalf("ending it: %v", err)
	}
	for name, who := range map[string]acts.Caller{"anna": w.Caller("anna"), "sofia": sofia} {
		if a, _, err := w.Desk.ReadAgenda(ctx, who); err != nil || len(a.Sent) != 0 || len(a.Tasks) != 0 {
			t.Errorf("what is done stays on the Agenda of %s: %+v %+v %v", name, a.Sent, a.Tasks, err)
		}
	}
	if r := w.CheckRecords(); len(r.Problems) != 0 {
		t.Fatalf("checking the records: %v", r.Problems)
	}
}

func TestTaskBelongsToWhoTookIt(t *testing.T) {
	w := service(t)
	ctx, out := t.Context(), storetest.Rosa(t, w)
	sofia, sara, livia := w.Caller("sofia"), w.SignIn("sara"), w.SignIn("livia")
	if _, err := w.Desk.Sharing.TakeTask(ctx, w.Caller("anna"), out.TaskID); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("the desk takes its own task: got %v", err)
	}
	if _, err := w.Desk.Sharing.TakeTask(ctx, sofia, out.TaskID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Desk.Sharing.CloseTask(ctx, sara, out.TaskID); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("ending a colleague's task: got %v", err)
	}
	if _, err := w.Desk.Sharing.ReturnTask(ctx, sara, out.TaskID, "cannot"); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("handing a colleague's task back: got %v", err)
	}
	if _, _, err := w.Desk.Sharing.OpenCaseFromTask(ctx, sara, out.TaskID, ""); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("opening a case from a colleague's task: got %v", err)
	}
	at := storetest.Task(t, w, livia, out.TaskID).Version
	for who, want := range map[string]error{w.People["anna"].ID: typed.ErrInvalid, "nobody": typed.ErrInvalid} {
		if _, err := w.Desk.Sharing.AssignTask(ctx, livia, out.TaskID, at, who); !errors.Is(err, want) {
			t.Errorf("naming somebody of elsewhere: got %v, want %v", err, want)
		}
	}
	if _, err := w.Desk.Sharing.AssignTask(ctx, sara, out.TaskID, at, w.People["sara"].ID); !errors.Is(err, acts.ErrDenied) {
		t.Errorf("a worker names a colleague: got %v", err)
	}
	if _, err := w.Desk.Sharing.AssignTask(ctx, livia, out.TaskID, at-1, w.People["sara"].ID); !errors.Is(err, acts.ErrConflict) {
		t.Errorf("naming from an old page: got %v", err)
	}
}

// TestTwoTakeATaskAtOnce: one has it, the other is told who.
func TestTwoTakeATaskAtOnce(t *testing.T) {
	w := service(t)
	callers := []acts.Caller{w.Caller("sofia"), w.SignIn("sara"), w.SignIn("livia")}
	for range 5 {
		out := storetest.Rosa(t, w)
		errs := make([]error, len(callers))
		var group sync.WaitGroup
		for i, who := range callers {
			group.Go(func() { _, errs[i] = w.Desk.Sharing.TakeTask(t.Context(), who, out.TaskID) })
		}
		group.Wait()
		won := ""
		for i, err := range errs {
			switch {
			case err == nil && won == "":
				won = callers[i].Person()
			case !errors.Is(err, kept.ErrState):
				t.Fatalf("taking at once: %v", errs)
			}
		}
		for _, who := range callers {
			if v := storetest.Task(t, w, who, out.TaskID); v.Worker != won || won == "" {
				t.Fatalf("it is in the name of %q, the one who got it is %q", v.Worker, won)
			}
		}
	}
}

// TestTaskOfWhoLeftIsFree: a colleague goes on with what somebody left behind.
func TestTaskOfWhoLeftIsFree(t *testing.T) {
	w := service(t)
	out := storetest.Rosa(t, w)
	if _, err := w.Desk.Sharing.TakeTask(t.Context(), w.SignIn("sara"), out.TaskID); err != nil {
		t.Fatal(err)
	}
	if v := storetest.Task(t, w, w.Caller("sofia"), out.TaskID); v.Free {
		t.Fatal("the task of a colleague who works here is free")
	}
	if _, err := w.Door.Suspend(t.Context(), acts.ConsoleCaller(), w.People["sara"].ID); err != nil {
		t.Fatal(err)
	}
	if v := storetest.Task(t, w, w.Caller("sofia"), out.TaskID); !v.Free {
		t.Fatal("the task of a suspended colleague is not free")
	}
	if _, err := w.Desk.Sharing.TakeTask(t.Context(), w.Caller("sofia"), out.TaskID); err != nil {
		t.Fatalf("taking over: %v", err)
	}
}

// TestTaskFollowsTheSafeContactRule: the service never calls by an old rule, and
// does not ask again what she told.
func TestTaskFollowsTheSafeContactRule(t *testing.T) {
	w := service(t)
	ctx, anna, sofia := t.Context(), w.Caller("anna"), w.Caller("sofia")
	out := storetest.Rosa(t, w)
	if v := storetest.Task(t, w, sofia, out.TaskID); v.Safe.Number != "333 1234567" {
		t.Fatalf("the task says %+v", v.Safe)
	}
	c, _, err := w.Desk.OpenCase(ctx, anna, out.CaseID, storetest.Parts...)
	if err != nil {
		t.Fatal(err)
	}
	rule := rule.SafeContact{Channels: map[string]string{"email": "yes", "call": "never"}, Mail: "rosa@example.org"}
	if _, err := w.Desk.Cases.ChangeSafeContact(ctx, anna, out.CaseID, c.Version, rule, "in_person"); err != nil {
		t.Fatalf("changing the rule: %v", err)
	}
	if v := storetest.Task(t, w, sofia, out.TaskID); len(v.Safe.Channels) != 0 || !v.Safe.DeskOnly || v.Safe.Number != "" || v.Safe.Recognised != "" || v.Alias != "Rosa" {
		t.Fatalf("after the change the task says %+v", v.TaskPackage)
	}
	again, _, err := w.Desk.Cases.RecordContact(ctx, anna, cases.NewContact{Form: crypto.NewID(), CaseID: out.CaseID, Service: w.Units["service"], Share: []string{"mail"},
		Contact: cases.Contact{Speaker: "she", Recognised: "known_voice", Outcome: "social_service"}})
	if err != nil {
		t.Fatal(err)
	}
	if v := storetest.Task(t, w, sofia, again.TaskID); v.Alias != "Rosa" || v.Safe.Recognised != "" || v.Request != "dove dormire stanotte" || v.Safe.Mail != "rosa@example.org" {
		t.Fatalf("a woman who was here has to tell it again: %+v", v.TaskPackage)
	}
}

// TestSentTaskKeepsTheWallsOfItsCase: whoever may not know of a case does not
// find it through the task.
func TestSentTaskKeepsTheWallsOfItsCase(t *testing.T) {
	f := storetest.NewFlow(t)
	for name, want := range map[string]int{"anna": 1, "lia": 0} { // lia is walled off the case
		a, _, err := f.Desk.ReadAgenda(t.Context(), f.Caller(name))
		if err != nil || len(a.Sent) != want {
			t.Errorf("%s sees %+v, %v; want %d", name, a.Sent, err, want)
		}
	}
}

// TestCaseFromATaskCopiesNoRule: what she takes back from a task is not left behind
// in the case file that was opened from it, and the task is read until it is done.
func TestCaseFromATaskCopiesNoRule(t *testing.T) {
	w := service(t)
	ctx, out := t.Context(), storetest.Rosa(t, w)
	sofia, anna := w.Caller("sofia"), w.Caller("anna")
	if _, err := w.Desk.Sharing.TakeTask(ctx, sofia, out.TaskID); err != nil {
		t.Fatal(err)
	}
	caseID, _, err := w.Desk.Sharing.OpenCaseFromTask(ctx, sofia, out.TaskID, "viene lunedì")
	if err != nil {
		t.Fatalf("opening a case: %v", err)
	}
	own, _, err := w.Desk.OpenCase(ctx, sofia, caseID, storetest.Parts...)
	if err != nil || own.Card.Alias != "Rosa" || own.Told.Request != "dove dormire stanotte" {
		t.Fatalf("the service's case: %+v, %v", own, err)
	}
	if own.Safe.Recorded() || own.Safe.Number != "" || len(own.Safe.Channels) != 0 || len(own.Safe.Hours) != 0 || own.Safe.CodeWord != "" {
		t.Fatalf("her rule was copied into the service's case: %+v", own.Safe)
	}
	if _, _, err := w.Desk.Sharing.OpenCaseFromTask(ctx, sofia, out.TaskID, ""); !errors.Is(err, kept.ErrState) {
		t.Errorf("a second case from the same task: got %v, want ErrState", err)
	}
	if _, err := w.Desk.EndOver(ctx, acts.ConsoleCaller()); err != nil {
		t.Fatal(err)
	}
	if v := storetest.Task(t, w, sofia, out.TaskID); v.State != "taken" || !v.OwnCase || v.Safe.Number != "333 1234567" {
		t.Fatalf("until it is done the service reads %+v", v)
	}
	if s := sent(t, w, out.CaseID); !s.OwnCase {
		t.Fatalf("the desk is not told of the service's case: %+v", s)
	}
	list, _, err := w.Recipients(anna, out.CaseID)
	if err != nil || len(list) != 1 || !list[0].OwnCase {
		t.Fatalf("the desk is not told of the service's case: %+v, %v", list, err)
	}
	if _, err := w.Desk.Sharing.RevokeTask(ctx, anna, out.TaskID, "code_word"); err != nil {
		t.Fatalf("revoking: %v", err)
	}
	if v := storetest.Task(t, w, sofia, out.TaskID); v.Safe.Number != "" || !v.Safe.DeskOnly {
		t.Fatalf("after she took it back the service reads %+v", v.Safe)
	}
	if _, err := w.Desk.Sharing.CloseTask(ctx, sofia, out.TaskID); err != nil {
		t.Fatalf("ending it: %v", err)
	}
	if r := w.CheckRecords(); len(r.Problems) != 0 {
		t.Fatalf("checking the records: %v", r.Problems)
	}
}
