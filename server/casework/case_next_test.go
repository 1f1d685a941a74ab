package casework_test

import (
	"testing"
	"time"

	"sportello/policies"
	"sportello/referrals"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/sharing"
	"sportello/server/casework"
)

// TestNextStep: what comes next of a case is the gravest of what it holds. Each line adds
// something graver to all that stands above it.
func TestNextStep(t *testing.T) {
	now := time.Date(2026, 11, 27, 20, 40, 0, 0, time.UTC)
	v := referrals.CaseView{CaseHead: kept.CaseHead{ID: "A", State: "open", Safe: rule.SafeContact{Channels: map[string]string{"call": "yes"}, Number: "333", Hours: []rule.Hours{{From: "08:00", To: "20:00"}}}}}
	mark := func(kind string) func() {
		return func() { v.Card.Marks = append(v.Card.Marks, kept.Mark{Kind: kind, Since: now.Add(-time.Hour)}) }
	}
	sent := func(l sharing.ReferralLine) func() { return func() { v.Referrals = append(v.Referrals, l) } }
	for _, c := range []struct {
		what       string
		add        func()
		word, href string
	}{
		{"a case with nothing in it", func() {}, "choose_centre", "/schede/A/centro"},
		{"she will call a centre herself", func() {
			v.Notes = append(v.Notes, cases.NoteView{Note: cases.Note{Kind: "centre_call", Outcome: "she_will_call"}})
		}, "write_note", "/schede/A/diario/nuova"},
		{"an appointment to come", func() {
			v.Meet = append(v.Meet, cases.AppointmentView{State: "planned", Appointment: cases.Appointment{When: now.Add(time.Hour)}})
		}, "write_note", "/schede/A/diario/nuova"},
		{"a referral that waits", sent(sharing.ReferralLine{ID: "R1", State: "sent", Standing: policies.ConsentLive}), "await_centre", "/invii/R1"},
		{"a call that is due", func() { v.Recall.Day = "2026-11-27" }, "call_back", "/schede/A/tentativi"},
		{"a rule that cannot be kept", mark(kept.MarkRuleUnkept), "review_rule", "/schede/A/contatto-sicuro"},
		{"an appointment that is over", func() {
			v.Meet = append(v.Meet, cases.AppointmentView{State: "planned", Appointment: cases.Appointment{When: now.Add(-time.Hour)}})
		}, "appointment_past", "/schede/A/appuntamenti"},
		{"an answer that nobody saw", sent(sharing.ReferralLine{ID: "R2", State: "accepted", News: "accepted", Standing: policies.ConsentLive}), "read_news", "/invii/R2"},
		{"a question of a centre", sent(sharing.ReferralLine{ID: "R3", State: "more_info", Standing: policies.ConsentLive}), "answer_centre", "/invii/R3"},
		{"a decline", sent(sharing.ReferralLine{ID: "R4", State: "declined", Standing: policies.ConsentLive}), "read_answer", "/invii/R4"},
		{"a stop that the centre was told by telephone", sent(sharing.ReferralLine{ID: "R5", State: "withdrawn", Stop: true, AfterAnswer: "told"}), "read_answer", "/invii/R4"},
		{"a stop that nobody answered", sent(sharing.ReferralLine{ID: "R6", State: "withdrawn", Stop: true}), "stop_told", "/invii/R6"},
		{"the line dropped in the last contact", mark(kept.MarkDropped), "call_back", "/schede/A/adesso"},
		{"somebody else answered", mark(kept.MarkOther), "other_person", "/schede/A/contatto-sicuro"},
		{"danger", mark(kept.MarkDanger), "danger", "/schede/A/adesso"},
		{"a file that is closed", func() { v.State, v.Referrals, v.Meet = "closed", nil, nil }, "reopen", "/schede/A/riapri"},
	} {
		c.add()
		if word, href := casework.NextStep(v, now); word != c.word || href != c.href {
			t.Errorf("%s: got %s, %s; want %s, %s", c.what, word, href, c.word, c.href)
		}
	}
}
