package policies_test

import (
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"sportello/policies"
)

func newPolicy(t testing.TB) *policies.Policy {
	t.Helper()
	p, err := policies.New()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// ids are few, so that the two sides of a request often meet; one is empty, as in a row with a field that was nulled.
var ids = rapid.SampledFrom([]string{"", "a", "b", "c"})

var roles = []policies.Role{
	policies.IntakeWorker, policies.SocialWorker, policies.Lead, policies.CentreWorker,
	policies.Auditor, policies.Administrator, policies.Console,
}

var unitKinds = rapid.SampledFrom([]string{"", policies.UnitDesk, policies.UnitSocialService, policies.UnitCentre, policies.UnitAudit})

// subjects draws people in any state, also in those that no one should be in: an administrator with a unit, say.
func subjects() *rapid.Generator[policies.Subject] {
	return rapid.Custom(func(t *rapid.T) policies.Subject {
		b := rapid.Bool()
		return policies.Subject{
			Person: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "person"), Role: rapid.SampledFrom(roles).Draw(t, "role"),
			Unit: ids.Draw(t, "unit"), Agency: ids.Draw(t, "agency"), UnitKind: unitKinds.Draw(t, "unit kind"),
			Suspended: b.Draw(t, "suspended"), Admitted: b.Draw(t, "admitted"), SteppedUp: b.Draw(t, "stepped up"), Covered: b.Draw(t, "covered"),
		}
	})
}

// objects draws a thing of the given kind in any state.
func objects(kind policies.Kind) *rapid.Generator[policies.Object] {
	return rapid.Custom(func(t *rapid.T) policies.Object {
		b := rapid.Bool()
		consents := rapid.SampledFrom([]policies.ConsentState{
			policies.ConsentNone, policies.ConsentLive, policies.ConsentLive, policies.ConsentWithdrawn, policies.ConsentExpired})
		return policies.Object{
			Kind: kind, ID: ids.Draw(t, "id"), Unit: ids.Draw(t, "unit"), UnitKind: unitKinds.Draw(t, "unit kind"),
			Centre: ids.Draw(t, "centre"), Agency: ids.Draw(t, "agency"), Author: ids.Draw(t, "author"), Person: ids.Draw(t, "person"),
			State:      rapid.SampledFrom([]string{"", "draft", "sent"}).Draw(t, "state"),
			Restricted: b.Draw(t, "restricted"), Named: b.Draw(t, "named"), WalledOff: b.Draw(t, "walled off"), Answers: b.Draw(t, "answers"), Leads: b.Draw(t, "leads"),
			Consent: consents.Draw(t, "consent"), KeepCopy: b.Draw(t, "keep copy"),
			RestoredShut: b.Draw(t, "restored shut"), AgencyEnded: b.Draw(t, "agency ended"), Founded: b.Draw(t, "founded"),
		}
	})
}

// request draws everything that Decide is asked.
func request(t *rapid.T, p *policies.Policy) (policies.Subject, policies.Action, policies.Object) {
	a := rapid.SampledFrom(policies.Actions()).Draw(t, "action")
	kind := rapid.SampledFrom(p.Kinds(a)).Draw(t, "kind")
	return subjects().Draw(t, "subject"), a, objects(kind).Draw(t, "object")
}

// never checks that a request is refused once it was made such and such.
func never(t *testing.T, such func(*policies.Subject, *policies.Object)) {
	t.Helper()
	p := newPolicy(t)
	rapid.Check(t, func(t *rapid.T) {
		s, a, o := request(t, p)
		such(&s, &o)
		if got := p.Decide(s, a, o); got.Allowed {
			t.Fatalf("%s was allowed by %v", a, got.Rules)
		}
	})
}

func TestSuspendedNever(t *testing.T) {
	never(t, func(s *policies.Subject, _ *policies.Object) { s.Suspended = true })
}

func TestWalledOffNever(t *testing.T) {
	never(t, func(_ *policies.Subject, o *policies.Object) { o.WalledOff = true })
}

// TestForbiddingFactNeverAllows: whatever is added against a request can only take away.
func TestForbiddingFactNeverAllows(t *testing.T) {
	against := map[string]func(*policies.Subject, *policies.Object){
		"suspended":     func(s *policies.Subject, _ *policies.Object) { s.Suspended = true },
		"covered":       func(s *policies.Subject, _ *policies.Object) { s.Covered = true },
		"no step-up":    func(s *policies.Subject, _ *policies.Object) { s.SteppedUp = false },
		"walled off":    func(_ *policies.Subject, o *policies.Object) { o.WalledOff = true },
		"restricted":    func(_ *policies.Subject, o *policies.Object) { o.Restricted, o.Named = true, false },
		"withdrawn":     func(_ *policies.Subject, o *policies.Object) { o.Consent = policies.ConsentWithdrawn },
		"expired":       func(_ *policies.Subject, o *policies.Object) { o.Consent = policies.ConsentExpired },
		"no copy":       func(_ *policies.Subject, o *policies.Object) { o.KeepCopy = false },
		"restored":      func(_ *policies.Subject, o *policies.Object) { o.RestoredShut = true },
		"agency ended":  func(_ *policies.Subject, o *policies.Object) { o.AgencyEnded = true },
		"still a draft": func(_ *policies.Subject, o *policies.Object) { o.State = "draft" },
	}
	for name, add := range against {
		t.Run(name, func(t *testing.T) {
			p := newPolicy(t)
			rapid.Check(t, func(t *rapid.T) {
				s, a, o := request(t, p)
				before := p.Decide(s, a, o)
				add(&s, &o)
				if after := p.Decide(s, a, o); after.Allowed && !before.Allowed {
					t.Fatalf("%s was refused by %v and then allowed by %v", a, before.Rules, after.Rules)
				}
			})
		})
	}
}

// holders are the acts of those who hold no key, whatever else their row says.
var holders = map[policies.Role][]policies.Action{
	policies.Administrator: {
		policies.AgencyCreate, policies.AgencyEnd, policies.AgencyAgreement, policies.AgencyMandate, policies.PostedNumber, policies.PostedText, policies.UnitTerritory, policies.UnitCreate, policies.UnitList,
		policies.PersonCreate, policies.PersonInvite, policies.PersonWithdraw, policies.PersonSuspend, policies.PersonLift, policies.FactorUnlock,
		policies.CredentialsRead, policies.FactorReplace, policies.RecoveryCodesReplace, policies.PassphraseChange,
		policies.SessionList, policies.SessionClose, policies.SessionCover, policies.SessionResume,
		policies.InvitationAccept, policies.SignIn, policies.ActStepUp, policies.DraftKeep, policies.NoticeSee,
	},
	policies.Console: {
		policies.AgencyCreate, policies.UnitCreate, policies.UnitList, policies.PersonCreate, policies.PersonInvite, policies.PostedNumber, policies.PostedText,
		policies.PersonSuspend, policies.PersonLift, policies.LogVerify, policies.LogExport, policies.CheckpointRead,
		policies.RecoveryExport, policies.RecoveryImport, // both only carry what is sealed to somebody else
		policies.BackupMake, policies.BackupRestore, policies.RecordsEnd, policies.ClockAccept,
	},
}

// tries is how many requests are tried for one act on one kind of thing. One draw over all acts meets an act too many
// in three runs of a hundred and fifty; so many for each act meet it in every run.
const tries = 400

// TestAdministrationOpensNothing: a unit, an admission or a wrong kind of unit written into an administrator's row changes nothing.
func TestAdministrationOpensNothing(t *testing.T) {
	for role, may := range holders {
		t.Run(string(role), func(t *testing.T) {
			p := newPolicy(t)
			if got := reached(p, role); !slices.Equal(got, sorted(may)) {
				t.Fatalf("may do %v, want %v", got, sorted(may))
			}
			rapid.Check(t, func(t *rapid.T) {
				s, a, o := request(t, p)
				s.Role = role
				if got := p.Decide(s, a, o); got.Allowed && !slices.Contains(may, a) {
					t.Fatalf("%s was allowed by %v", a, got.Rules)
				}
			})
		})
	}
}

// reached are the acts that a role may do in some state of herself and of the thing: the same draws every time.
func reached(p *policies.Policy, role policies.Role) []policies.Action {
	var got []policies.Action
	for _, a := range policies.Actions() {
		allowed := func(k policies.Kind) bool {
			for seed := range tries {
				s, o := subjects().Example(seed), objects(k).Example(seed)
				s.Role, s.Suspended, o.WalledOff = role, false, false
				for _, own := range []string{o.Person, s.Person} {
					o.Person = own
					if p.Decide(s, a, o).Allowed {
						return true
					}
				}
			}
			return false
		}
		if slices.ContainsFunc(p.Kinds(a), allowed) {
			got = append(got, a)
		}
	}
	return sorted(got)
}

func sorted(list []policies.Action) []policies.Action { return slices.Sorted(slices.Values(list)) }

// TestAuditorOpensNoCase: in no unit and no state does an auditor reach what a unit keeps about a woman.
func TestAuditorOpensNoCase(t *testing.T) {
	about := []policies.Kind{
		policies.KindContact, policies.KindReport, policies.KindCase, policies.KindNote, policies.KindTask, policies.KindConsent, policies.KindReferral, policies.KindKey}
	p := newPolicy(t)
	rapid.Check(t, func(t *rapid.T) {
		s, a, o := request(t, p)
		s.Role = policies.Auditor
		if got := p.Decide(s, a, o); got.Allowed && slices.Contains(about, o.Kind) {
			t.Fatalf("%s on %s was allowed by %v", a, o.Kind, got.Rules)
		}
	})
}

// TestOnlyHerUnitOrCentre: nothing about a woman is reached from a unit that neither keeps nor receives it.
func TestOnlyHerUnitOrCentre(t *testing.T) {
	p := newPolicy(t)
	rapid.Check(t, func(t *rapid.T) {
		s, a, o := request(t, p)
		got := p.Decide(s, a, o)
		about := slices.Contains([]policies.Kind{
			policies.KindContact, policies.KindReport, policies.KindCase, policies.KindNote, policies.KindConsent, policies.KindReferral, policies.KindKey}, o.Kind)
		inside := s.Admitted && s.Unit != "" && (s.Unit == o.Unit || s.Unit == o.Centre)
		if got.Allowed && about && !inside {
			t.Fatalf("%s on %s was allowed by %v", a, o.Kind, got.Rules)
		}
	})
}

func TestDecideTogether(t *testing.T) {
	p := newPolicy(t)
	s := policies.Subject{Person: "anna", Role: policies.IntakeWorker, Unit: "desk", UnitKind: policies.UnitDesk, Admitted: true}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for _, a := range policies.Actions() {
				o := policies.Object{Kind: p.Kinds(a)[0], ID: "it", Unit: "desk", UnitKind: policies.UnitDesk}
				if first, second := p.Decide(s, a, o), p.Decide(s, a, o); !slices.Equal(first.Rules, second.Rules) {
					t.Errorf("%s: %v and then %v", a, first, second)
				}
			}
		})
	}
	wait.Wait()
}

// BenchmarkDecide: the bar is 10 microseconds.
func BenchmarkDecide(b *testing.B) {
	p := newPolicy(b)
	s := policies.Subject{Person: "anna", Role: policies.IntakeWorker, Unit: "desk", Agency: "town", UnitKind: policies.UnitDesk, Admitted: true}
	o := policies.Object{Kind: policies.KindCase, ID: "case", Unit: "desk", UnitKind: policies.UnitDesk, Agency: "town", Author: "anna"}
	b.Run("open a case", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			p.Decide(s, policies.CaseOpen, o)
		}
	})
	b.Run("send a referral", func(b *testing.B) {
		b.ReportAllocs()
		s, o := s, o
		s.SteppedUp, o.Kind, o.Centre, o.Consent = true, policies.KindReferral, "centre", policies.ConsentLive
		for b.Loop() {
			p.Decide(s, policies.ReferralSend, o)
		}
	})
}
