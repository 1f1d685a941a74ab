package policies_test

import (
	"slices"
	"testing"

	. "sportello/policies"
)

// The people of the stories, admitted and signed in.
var (
	anna    = Subject{Person: "anna", Role: IntakeWorker, Unit: "desk-2", Agency: "town", UnitKind: UnitDesk, Admitted: true}
	sister  = Subject{Person: "his-sister", Role: IntakeWorker, Unit: "desk-2", Agency: "town", UnitKind: UnitDesk, Admitted: true}
	marta   = Subject{Person: "marta", Role: IntakeWorker, Unit: "desk-5", Agency: "town", UnitKind: UnitDesk, Admitted: true}
	sofia   = Subject{Person: "sofia", Role: SocialWorker, Unit: "service", Agency: "town", UnitKind: UnitSocialService, Admitted: true}
	laura   = Subject{Person: "laura", Role: Lead, Unit: "desk-2", Agency: "town", UnitKind: UnitDesk, Admitted: true}
	bruna   = Subject{Person: "bruna", Role: CentreWorker, Unit: "beta", Agency: "beta-onlus", UnitKind: UnitCentre, Admitted: true}
	carla   = Subject{Person: "carla", Role: CentreWorker, Unit: "gamma", Agency: "gamma-onlus", UnitKind: UnitCentre, Admitted: true}
	clara   = Subject{Person: "clara", Role: Auditor, Unit: "audit", Agency: "town", UnitKind: UnitAudit, Admitted: true}
	dario   = Subject{Person: "dario", Role: Administrator}
	console = Subject{Person: "console", Role: Console}
)

// The things of the stories.
var (
	deskTwo  = Object{Kind: KindUnit, ID: "desk-2", Unit: "desk-2", UnitKind: UnitDesk, Agency: "town", Founded: true}
	rosa     = Object{Kind: KindCase, ID: "rosa", Unit: "desk-2", UnitKind: UnitDesk, Agency: "town", Author: "anna"}
	note     = Object{Kind: KindNote, ID: "note", Unit: "desk-2", UnitKind: UnitDesk, Agency: "town", Author: "anna"}
	task     = Object{Kind: KindTask, ID: "task", Unit: "service", UnitKind: UnitSocialService, Agency: "town", Author: "anna"}
	referral = Object{Kind: KindReferral, ID: "referral", Unit: "desk-2", UnitKind: UnitDesk, Agency: "town", Centre: "beta", Author: "anna", State: "sent", Consent: ConsentLive}
	logbook  = Object{Kind: KindLog, ID: "log"}
)

// newcomer is invited to desk 2 and not yet admitted.
func newcomer() Subject {
	s := anna
	s.Person, s.Admitted = "nadia", false
	return s
}

// account is somebody's own row.
func account(who, unit string) Object {
	return Object{Kind: KindPerson, ID: who, Person: who, Unit: unit}
}

func steppedUp(s Subject) Subject { s.SteppedUp = true; return s }
func suspended(s Subject) Subject { s.Suspended = true; return s }
func covered(s Subject) Subject   { s.Covered = true; return s }

func walledOff(o Object) Object  { o.WalledOff = true; return o }
func restricted(o Object) Object { o.Restricted = true; return o }
func toHer(o Object) Object      { o.Restricted, o.Named = true, true; return o }
func answered(o Object) Object   { o.Answers = true; return o }
func withdrawn(o Object) Object  { o.Consent = ConsentWithdrawn; return o }
func expired(o Object) Object    { o.Consent = ConsentExpired; return o }
func restored(o Object) Object   { o.RestoredShut = true; return o }
func withCopy(o Object) Object   { o.KeepCopy = true; return o }
func ended(o Object) Object      { o.AgencyEnded = true; return o }

// A story asks the rules, one line a sentence.
type story struct {
	t *testing.T
	p *Policy
}

func tell(t *testing.T) story { return story{t, newPolicy(t)} }

func (st story) allow(s Subject, a Action, o Object) {
	st.t.Helper()
	if d := st.p.Decide(s, a, o); !d.Allowed {
		st.t.Errorf("%s may not %s %s, by %v; want allowed", s.Person, a, o.ID, d.Rules)
	}
}

func (st story) deny(s Subject, a Action, o Object, rule string) {
	st.t.Helper()
	if d := st.p.Decide(s, a, o); d.Allowed || !slices.Contains(d.Rules, rule) {
		st.t.Errorf("%s, %s, %s: got %v %v, want refused by %s", s.Person, a, o.ID, d.Allowed, d.Rules, rule)
	}
}

func TestContactAtTheDesk(t *testing.T) {
	st := tell(t)
	st.allow(anna, AgendaRead, deskTwo)
	st.allow(anna, ContactCreate, deskTwo)
	st.allow(anna, CaseOpenNew, deskTwo)
	st.allow(anna, CaseOpen, rosa)
	st.allow(anna, TaskCreate, task)
	st.deny(anna, TaskOpen, task, DefaultDeny) // it is the social service's now
	st.allow(sofia, TaskOpen, task)
	st.deny(sofia, CaseOpen, rosa, DefaultDeny) // a task carries no case key
	st.allow(sofia, TaskTake, task)
	st.deny(anna, TaskTake, task, DefaultDeny)
	st.deny(sofia, TaskAssign, task, DefaultDeny) // the lead names colleagues
	hers, another := task, task
	hers.Person, another.Person = sofia.Person, "chiara"
	st.allow(sofia, TaskReturn, hers)
	st.allow(sofia, TaskClose, hers)
	st.deny(sofia, TaskReturn, another, DefaultDeny)
	st.deny(sofia, TaskClose, another, DefaultDeny)
	sentByHer := task
	sentByHer.Unit, sentByHer.UnitKind = rosa.Unit, rosa.UnitKind
	st.allow(anna, TaskRevoke, sentByHer) // she may be on the phone: no step-up
	st.deny(sofia, TaskRevoke, sentByHer, DefaultDeny)
	st.deny(sister, TaskRevoke, walledOff(sentByHer), "walled-off")
}

// TestReports: what others tell. About a child the lead decides; who told it is for whoever took it, follows it or leads.
func TestReports(t *testing.T) {
	st := tell(t)
	report := Object{Kind: KindReport, ID: "report", Unit: deskTwo.Unit, UnitKind: deskTwo.UnitKind, State: "to_read", Author: anna.Person}
	child, followed := report, report
	child.State, followed.Person = "child", sister.Person
	st.allow(sister, UnlinkedRead, report)
	st.allow(sister, ReportAct, report)
	st.deny(anna, ReportAct, child, DefaultDeny)
	st.allow(laura, ReportAct, child)
	st.allow(sister, ReportDanger, child) // 112 waits for nobody
	st.allow(anna, ReportSource, report)
	st.deny(sister, ReportSource, report, DefaultDeny)
	st.allow(sister, ReportSource, followed)
	st.allow(laura, ReportSource, report)
	st.deny(marta, UnlinkedRead, report, DefaultDeny)
	st.allow(sister, ReportLink, report)
	st.deny(sister, UnlinkedRead, walledOff(report), "walled-off")
	st.deny(laura, ReportSource, restricted(report), "restricted")
}

func TestCuriousColleague(t *testing.T) {
	st := tell(t)
	st.deny(marta, CaseOpen, rosa, DefaultDeny)
	st.deny(marta, CaseSearch, deskTwo, DefaultDeny)
	st.allow(sister, CaseOpen, rosa) // before the wall
	st.deny(sister, CaseOpen, walledOff(rosa), "walled-off")
	st.deny(sister, ConsentRevoke, walledOff(rosa), "walled-off")
	st.deny(sister, CaseOpen, restricted(rosa), "restricted")
	st.allow(anna, CaseOpen, toHer(rosa))
	st.deny(steppedUp(sister), CaseWall, rosa, DefaultDeny)
	st.allow(steppedUp(laura), CaseWall, answered(rosa))
	st.deny(steppedUp(laura), CaseWall, rosa, DefaultDeny) // her role alone is not enough: she may be the one it is hidden from
	st.allow(steppedUp(anna), CaseWall, answered(rosa))    // who stands for her there
	st.deny(laura, CaseWall, answered(rosa), "step-up")
	st.deny(steppedUp(sister), CaseRestrict, rosa, DefaultDeny)
	st.allow(steppedUp(anna), CaseRestrict, toHer(rosa))
	st.deny(steppedUp(laura), CaseWall, walledOff(rosa), "walled-off")
}

func TestDiary(t *testing.T) {
	st := tell(t)
	st.allow(anna, NoteCorrect, note)
	st.allow(steppedUp(anna), NoteMove, note)
	st.deny(anna, NoteMove, note, "step-up")
	st.allow(steppedUp(laura), NoteMove, answered(note))
	st.deny(steppedUp(sister), NoteMove, note, DefaultDeny)
}

func TestReferralToTheCentre(t *testing.T) {
	st := tell(t)
	st.deny(anna, ConsentExtend, rosa, "step-up") // nor tells a stolen cookie a new number
	st.allow(steppedUp(anna), ConsentExtend, rosa)
	st.deny(steppedUp(marta), ConsentExtend, rosa, DefaultDeny)
	st.allow(anna, ReferralPreview, referral)
	st.deny(anna, ReferralSend, referral, "step-up") // a stolen cookie sends nothing
	st.allow(steppedUp(anna), ReferralSend, referral)
	st.allow(bruna, ReferralOpen, referral)
	st.allow(bruna, ReferralAccept, referral)
	st.deny(carla, ReferralOpen, referral, DefaultDeny) // the other centre
	st.deny(bruna, CaseOpen, rosa, DefaultDeny)         // the package, never the file
	st.deny(steppedUp(bruna), ReferralCopy, referral, DefaultDeny)
	st.deny(bruna, ReferralCopy, withCopy(referral), "step-up")
	st.allow(steppedUp(bruna), ReferralCopy, withCopy(referral))
	st.allow(anna, ReferralRead, referral)
	st.deny(anna, ReferralOpen, referral, DefaultDeny)
}

// TestAStolenCookieEntersNobody: neither a unit nor a person; what only takes away stays at hand.
func TestAStolenCookieEntersNobody(t *testing.T) {
	st := tell(t)
	st.deny(dario, AgencyCreate, Object{Kind: KindAgency, ID: "town"}, "step-up")
	st.deny(dario, AgencyEnd, Object{Kind: KindAgency, ID: "town"}, "step-up")
	st.deny(dario, UnitCreate, Object{Kind: KindUnit, ID: "desk-9"}, "step-up")
	st.deny(dario, PersonCreate, account("nadia", "desk-2"), "step-up")
	st.deny(dario, PersonInvite, account("nadia", "desk-2"), "step-up")
	st.allow(dario, PersonWithdraw, account("nadia", "desk-2"))
	st.deny(anna, CaseAnonymise, rosa, "step-up")
	st.allow(steppedUp(anna), CaseAnonymise, rosa)
}

func TestSheTakesItBack(t *testing.T) {
	st := tell(t)
	st.allow(anna, ConsentRevoke, referral)   // no step-up: it only takes away
	st.allow(sister, ConsentRevoke, referral) // whoever answers the phone
	st.deny(marta, ConsentRevoke, referral, DefaultDeny)
	st.deny(bruna, ReferralOpen, withdrawn(referral), "consent-withdrawn")
	st.deny(bruna, ReferralMessage, withdrawn(referral), "consent-withdrawn")
	st.deny(bruna, ReferralCopy, withCopy(withdrawn(referral)), "consent-withdrawn")
	st.deny(anna, ReferralMessage, withdrawn(referral), "consent-withdrawn")
	st.deny(bruna, KeyAdopt, withdrawn(referral), DefaultDeny)
	st.allow(bruna, ReferralNotice, withdrawn(referral))
	st.allow(bruna, ReferralAcknowledgeStop, withdrawn(referral))
	st.allow(anna, ReferralRead, withdrawn(referral))
	st.deny(bruna, ReferralOpen, expired(referral), "consent-expired")
	st.allow(bruna, ReferralAcknowledgeStop, expired(referral))
}

func TestAfterARestore(t *testing.T) {
	st := tell(t)
	st.deny(bruna, ReferralOpen, restored(referral), "restored-shut")
	st.allow(steppedUp(anna), ReferralConfirm, restored(referral))
	st.deny(steppedUp(anna), ReferralConfirm, withdrawn(restored(referral)), "consent-withdrawn")
	st.allow(anna, ConsentRevoke, restored(referral))
	st.deny(suspended(anna), SignIn, account("anna", "desk-2"), "suspended")
	st.deny(dario, PersonLift, account("anna", "desk-2"), "step-up")
	st.allow(steppedUp(dario), PersonLift, account("anna", "desk-2"))
	st.allow(console, PersonLift, account("dario", "")) // the first one
}

func TestMembersAdmitMembers(t *testing.T) {
	st := tell(t)
	empty := deskTwo
	empty.Founded = false
	st.allow(steppedUp(newcomer()), UnitFound, empty)
	st.deny(steppedUp(newcomer()), UnitFound, deskTwo, DefaultDeny)
	st.deny(newcomer(), CaseOpen, rosa, "not-admitted")
	st.deny(newcomer(), AgendaRead, deskTwo, "not-admitted")
	st.deny(steppedUp(newcomer()), MemberAdmit, account("nadia", "desk-2"), "not-oneself")
	st.allow(steppedUp(anna), MemberAdmit, account("nadia", "desk-2"))
	st.deny(anna, MemberAdmit, account("nadia", "desk-2"), "step-up")
	st.deny(steppedUp(marta), MemberAdmit, account("nadia", "desk-2"), DefaultDeny)
	st.allow(newcomer(), MemberConfirm, account("anna", "desk-2"))
	st.allow(steppedUp(newcomer()), FactorReplace, account("nadia", "desk-2"))
}

// TestMembersNameTheirLead: whom an administrator invites as lead leads once a
// lead says so, or a second member who was there before her.
func TestMembersNameTheirLead(t *testing.T) {
	st := tell(t)
	invited := account("nadia", "desk-2")
	invited.Author = "anna" // who admitted her
	before := invited
	before.Named = true // the asker was a member before her
	st.allow(steppedUp(laura), MemberLead, invited)
	st.allow(steppedUp(sister), MemberLead, before)
	st.deny(sister, MemberLead, before, "step-up")
	st.deny(steppedUp(sister), MemberLead, invited, DefaultDeny) // she came after her
	st.deny(steppedUp(anna), MemberLead, before, DefaultDeny)    // one person is not two
	st.deny(steppedUp(marta), MemberLead, before, DefaultDeny)   // of another desk
	st.deny(steppedUp(dario), MemberLead, before, DefaultDeny)
	herself := laura
	herself.Person = "nadia"
	st.deny(steppedUp(herself), MemberLead, before, "not-oneself")
}

func TestNoticesAreOnesOwn(t *testing.T) {
	st := tell(t)
	st.allow(anna, NoticeSee, account("anna", "desk-2"))
	st.deny(anna, NoticeSee, account("laura", "desk-2"), DefaultDeny)
	st.deny(newcomer(), NoticeSee, account("nadia", "desk-2"), "not-admitted")
}

func TestAdministratorAndConsole(t *testing.T) {
	st := tell(t)
	pin := Object{Kind: KindPin, ID: "beta", Unit: "desk-2", UnitKind: UnitDesk, Centre: "beta"}
	for _, who := range []Subject{steppedUp(dario), steppedUp(console)} {
		st.allow(who, AgencyCreate, Object{Kind: KindAgency, ID: "town"})
		st.allow(who, UnitCreate, Object{Kind: KindUnit, ID: "desk-9"})
		st.allow(who, PersonInvite, account("nadia", "desk-2"))
		st.deny(who, CaseOpen, rosa, DefaultDeny)
		st.deny(who, ReferralOpen, referral, DefaultDeny)
		st.deny(who, UnitFound, Object{Kind: KindUnit, ID: "desk-9", Unit: "desk-9"}, DefaultDeny)
		st.deny(who, MemberAdmit, account("nadia", "desk-2"), DefaultDeny)
		st.deny(who, CentrePin, pin, DefaultDeny)
		st.deny(who, FactorReplace, account("anna", "desk-2"), DefaultDeny)
		st.deny(who, LogDetail, logbook, DefaultDeny)
	}
	st.allow(steppedUp(anna), CentrePin, pin)
	st.allow(console, BackupMake, Object{Kind: KindSystem})
	st.deny(dario, BackupMake, Object{Kind: KindSystem}, DefaultDeny)
}

// TestBoardIsKeptByItsAdministrator: nobody of a unit changes a number that is called in
// danger, nor does an administrator whose agency is another.
func TestBoardIsKeptByItsAdministrator(t *testing.T) {
	st := tell(t)
	unit, house := Object{Kind: KindUnit, ID: "desk-2", Unit: "desk-2", Agency: "town", UnitKind: UnitDesk}, Object{Kind: KindSystem}
	elsewhere, hers := steppedUp(dario), steppedUp(dario)
	elsewhere.Agency, hers.Agency = "other", "town"
	for _, a := range []Action{PostedNumber, PostedText} {
		for _, who := range []Subject{anna, laura, clara} {
			st.deny(steppedUp(who), a, unit, DefaultDeny)
			st.deny(steppedUp(who), a, house, DefaultDeny)
		}
		st.allow(hers, a, unit)
		st.allow(steppedUp(dario), a, unit)
		st.deny(elsewhere, a, unit, DefaultDeny)
		st.allow(elsewhere, a, house)
		st.deny(console, a, unit, DefaultDeny)
	}
	st.deny(dario, PostedNumber, house, "step-up")
	st.allow(dario, PostedText, house)
}

func TestAuditor(t *testing.T) {
	st := tell(t)
	st.allow(clara, LogRead, logbook)
	st.allow(clara, LogVerify, logbook)
	st.deny(clara, LogExport, logbook, "step-up")
	st.allow(steppedUp(clara), LogExport, logbook)
	st.deny(clara, LogName, logbook, "step-up")
	st.allow(steppedUp(clara), LogName, logbook)
	st.deny(steppedUp(dario), LogName, logbook, DefaultDeny)
	st.deny(clara, CaseOpen, rosa, DefaultDeny)
	st.deny(clara, ReferralRead, referral, DefaultDeny)
	invited := clara
	invited.Admitted = false
	st.deny(invited, LogRead, logbook, "not-admitted") // an auditor written into the database
	atADesk := clara
	atADesk.UnitKind = UnitDesk
	st.deny(atADesk, LogRead, logbook, DefaultDeny)
}

func TestCoveredScreen(t *testing.T) {
	st := tell(t)
	st.deny(covered(anna), CaseOpen, rosa, "covered")
	st.deny(covered(anna), SessionList, account("anna", "desk-2"), "covered")
	st.allow(covered(anna), SessionResume, account("anna", "desk-2"))
	st.allow(covered(anna), DraftKeep, account("anna", "desk-2"))
	st.deny(covered(anna), DraftKeep, account("laura", "desk-2"), DefaultDeny)
}

func TestAgencyEnded(t *testing.T) {
	st := tell(t)
	st.deny(anna, CaseOpen, ended(rosa), "agency-ended")
	st.deny(bruna, ReferralOpen, ended(referral), "agency-ended")
	st.allow(anna, ConsentRevoke, ended(referral))
	st.allow(bruna, ReferralAcknowledgeStop, ended(referral))
}

// TestWrongRoleForTheUnit: a row whose role and unit do not go together opens nothing.
func TestWrongRoleForTheUnit(t *testing.T) {
	st := tell(t)
	desk, centre := bruna, anna
	desk.Unit, desk.UnitKind = "desk-2", UnitDesk
	st.deny(desk, CaseOpen, rosa, DefaultDeny)
	centre.Unit, centre.UnitKind = "beta", UnitCentre
	st.deny(centre, ReferralOpen, referral, DefaultDeny)
	st.deny(Subject{Person: "x", Role: IntakeWorker, UnitKind: UnitDesk, Admitted: true}, CaseOpen, Object{Kind: KindCase}, DefaultDeny)
}
