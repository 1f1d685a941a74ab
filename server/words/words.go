// Package words lists the codes that pages show as words, each with its status.
package words

import (
	"slices"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/office"
	"sportello/policies/units"
	"sportello/referrals"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/reports"
	"sportello/referrals/rule"
	"sportello/referrals/sharing"
	"sportello/referrals/sheets"
)

func actCodes() []string {
	codes := []string{audit.ActionDetailKey} // the service's own
	for _, a := range policies.Actions() {
		codes = append(codes, string(a))
	}
	return codes
}

func unitKindCodes() []string {
	var codes []string
	for _, k := range acts.UnitKinds() {
		codes = append(codes, k.Code)
	}
	return codes
}

func partCodes() []string {
	var codes []string
	for _, p := range referrals.Parts {
		codes = append(codes, string(p))
	}
	return codes
}

// nowEndCodes are the ways in which what cannot wait ends, each once.
func nowEndCodes() (codes []string) {
	for _, kind := range kept.MarkKinds {
		for _, code := range kept.MarkEnds[kind] {
			if !slices.Contains(codes, code) {
				codes = append(codes, code)
			}
		}
	}
	return codes
}

// said is a list without the empty code, which is what was not asked.
func said(list []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(code string) bool { return code == "" })
}

// wordLists are the codes that pages show as words, in the order in which they
// are offered. Each has a message "list.code" in both languages. Handlers check
// what comes back from a form against them.
var wordLists = map[string][]string{
	// what the log keeps: an act by the policy's name of it, and what refused one
	// beside the rules of the policy
	"act":            actCodes(),
	"agreement_kind": acts.AgreementKinds,
	"log_acts":       {"read", "refused", "failed", "hidden", "recovery", "carried", "named"}, // several acts, or how they ended
	"log_kind":       {"case", "contact", "report", "note", "task", "consent", "referral"},
	"part":           partCodes(), // of a case file, in the sealed detail
	"own_rule":       {"absent", policies.DefaultDeny, policies.PolicyError, "wrong-code", "credentials", "words", "not-genuine", "time"},

	"role":     {"intake_worker", "social_worker", "lead", "centre_worker", "auditor", "administrator", "console"},
	"language": {"it", "en", "fr", "es", "ar", "ro", "uk", "sq", "bn", "zh", "pt", "ru", "ur", "de"},

	// the first contact
	"speaker":     cases.Speakers,
	"yesno":       rule.YesNo,
	"said_aloud":  said(cases.Answers),
	"where":       {"here", "home", "near", "away", "unknown"},
	"children":    said(cases.Where),
	"who_calls":   cases.EmergencyCallers,
	"need":        cases.Needs,
	"outcome":     cases.Outcomes,
	"visibility":  {"unit", "restricted"},
	"agreed":      {"yes"},
	"wall_stands": {"me", "second"},

	// safe contact
	"sheet_for":     sheets.Readers,
	"sheet_how":     sheets.Ways,
	"sheet_review":  sheets.Reviews,
	"sheet_missing": {"emergency", "desk", "centres", "code"},
	"channel":       rule.ChannelKinds,
	"by":            rule.ChannelKinds, // the same, inside a sentence
	"allow":         rule.ChannelMarks,
	"allowance":     slices.Concat(rule.ChannelMarks, []string{"unasked", "suspended"}),
	"weekday":       rule.WeekDays,
	"hours_kind":    {"ask", "always", "week"},
	"holidays":      {"ask", "closed", "open"},
	"answerer":      rule.Answerers,
	"recognised":    slices.Concat(cases.Recognitions, []string{cases.NotRecognised}),
	"attempt":       cases.AttemptOutcomes,

	// what cannot wait
	"now":           append(slices.Clone(kept.MarkKinds), "stop"),
	"now_end":       nowEndCodes(),
	"hand":          kept.HandKinds,
	"turn_line":     {"given"},
	"call_back":     cases.CallBackOutcomes,
	"said_to_other": cases.WhatWasSaid,

	// what others tell
	"report_state":   reports.States,
	"report_short":   reports.States, // the same, in a row of tabs
	"report_step":    reports.Steps,
	"report_next":    {"danger", "child", "answer", "read", "follow"},
	"report_source":  reports.Sources,
	"report_channel": reports.Channels,
	"report_caller":  reports.Callers,

	// agenda and case
	"urgent": {"overdue", "referral_unanswered", "consent_ending", "referral_question", "referral_appointment", "referral_declined", "rule_stopped", "member_new", "centre_epoch", "unit_rescued",
		"recovery_older", "recovery_confirm", "recovery_proposed", "recovery_alone", "recovery_ready", "recovery_changed", "wall_asked", "wall_agreed", "wall_witness", "appointment_past",
		"news_accepted", "news_appointment", "news_question", "news_message", "news_engaged", "news_no_show", "news_closed", "news_stop_done"},
	"notice":        {"unit_new", "unit_founded", "copy_key", "copy_key_gone", "lead", "lead_waits", "removal", "removal_waits", "removal_ready"},
	"notices":       {"keys", "leads", "removals", "units"},
	"notices_about": {"keys", "leads", "removals", "units"},
	"task":          {"interview_30", "call_back", "appointment", "review", "admission", "answer"},
	"task_state":    sharing.TaskStates,
	"task_reason":   sharing.TaskReasons,
	"contact_state": {"open", "closed"},
	"case_state":    {"open", "in_charge", "closed"},
	"closing":       cases.CaseOutcomes,
	"identity":      {"anonymous", "alias", "partial", "identified"},
	"note_kind":     cases.NoteKinds,
	"event":         {"contact", "attempt", "note", "referral", "rule", "request", "sheet", "now_end", "closed", "reopened", "revoked", "joined", "unjoined"},
	"danger":        {"yes"},
	"next":          {"review_rule", "choose_centre", "await_centre", "answer_centre", "read_answer", "call_back", "write_note", "reopen", "interview", "danger", "other_person", "stop_told", "read_news", "appointment_past"},

	// referral
	"way":            {"she_calls", "together", "we_send"},
	"centre_call":    cases.CentreCallOutcomes,
	"meeting_state":  cases.AppointmentStates,
	"meeting_end":    cases.AppointmentEnds,
	"way_hint":       {"she_calls", "together", "we_send"},
	"given":          sharing.Ways,
	"feedback":       sharing.Feedbacks,
	"told":           sharing.Feedbacks, // the same, inside a sentence
	"until":          {"answer", "days7", "days30", "day"},
	"urgency":        sharing.Urgencies,
	"referral_state": slices.Concat([]string{"draft"}, sharing.ReferralStates, []string{"expired"}),
	"inbox_state":    {"new", "opened"},
	"inbox_news":     {"message", "answer", "rule"},
	"decline":        sharing.DeclineCodes,
	"after_answer":   sharing.AfterAnswers,
	"after":          sharing.CentreOutcomes,
	"stop_done":      sharing.StopCodes,
	"way_text":       {"only_desk"},
	"checked":        sharing.Checks,
	"beside":         {"instead", "besides"},
	"purpose":        sharing.Purposes,

	"cost": units.Costs,
	"same": {"yes", "no"},

	// audit and administration
	"result":         []string{string(audit.Allowed), string(audit.Refused), string(audit.Failed)},
	"verification":   {"good", "running", "bad"},
	"export_scope":   {"all", "part"},
	"agency_kind":    office.AgencyKinds,
	"responsibility": office.Responsibilities,
	"unit_kind":      unitKindCodes(),
	"person_state":   {"invited", "waiting", "member", "suspended", "removed"},
	"unit_state":     {"empty", "founded", "no_recovery"},
	"start":          {"done", "open"},
	"centre_state":   {"unpinned", "new", "pinned", "confirm_voice", "ended"},
	"factor":         {"totp"},
	"factor_state":   {"active", "locked"},
	"match_by":       cases.MatchedBy,
	"found_by":       cases.FoundBy,
}

// Of lists the codes of a list in the order in which they are offered.
func Of(list string) []string { return wordLists[list] }

// Is tells whether a code belongs to a list.
func Is(list, value string) bool { return slices.Contains(wordLists[list], value) }

// Key is the message key of a code. An unknown code is shown as such, not
// as an error: an older program may meet a newer row.
func Key(list, value string) string {
	if Is(list, value) {
		return list + "." + value
	}
	return "word.unknown"
}

// statusClass gives a state its shape and colour: wait (a clock), good (a
// tick), stop (a square), alarm (a triangle); all else is plain (a ring).
var statusClass = map[string]string{
	"referral_state.sent":         "wait",
	"referral_state.acknowledged": "wait",
	"inbox_state.new":             "wait",
	"inbox_state.opened":          "wait",
	"referral_state.more_info":    "wait",
	"referral_state.appointment":  "good",
	"referral_state.accepted":     "good",
	"referral_state.engaged":      "good",
	"referral_state.declined":     "stop",
	"referral_state.no_show":      "stop",
	"referral_state.closed":       "stop",
	"referral_state.withdrawn":    "stop",
	"referral_state.expired":      "stop",
	"task_state.open":             "wait",
	"task_state.taken":            "good",
	"task_state.done":             "stop",
	"contact_state.open":          "wait",
	"contact_state.closed":        "stop",
	"case_state.open":             "good",
	"case_state.in_charge":        "good",
	"case_state.closed":           "stop",
	"danger.yes":                  "alarm",
	"urgency.today":               "alarm",
	"report_state.to_read":        "wait",
	"report_state.acted":          "good",
	"report_state.followed":       "good",
	"report_state.child":          "wait",
	"report_state.not_ours":       "stop",
	"report_state.no_safe_way":    "stop",
	"report_state.linked":         "stop",
	"report_state.closed":         "stop",
	"now.danger":                  "alarm",
	"now.other_person":            "alarm",
	"now.dropped":                 "wait",
	"now.rule_unkept":             "wait",
	"now.rule_waits":              "wait",
	"now.stop":                    "wait",
	"turn_line.given":             "good",
	"urgency.three_days":          "wait",
	"urgent.overdue":              "alarm",
	"urgent.referral_unanswered":  "wait",
	"urgent.referral_question":    "wait",
	"urgent.referral_appointment": "wait",
	"urgent.referral_declined":    "stop",
	"urgent.rule_stopped":         "stop",
	"urgent.consent_ending":       "wait",
	"urgent.member_new":           "wait",
	"urgent.centre_epoch":         "wait",
	"urgent.unit_rescued":         "alarm",
	"urgent.recovery_older":       "alarm",
	"urgent.recovery_confirm":     "wait",
	"urgent.recovery_proposed":    "wait",
	"urgent.recovery_alone":       "alarm",
	"urgent.recovery_ready":       "wait",
	"urgent.recovery_changed":     "alarm",
	"urgent.wall_asked":           "wait",
	"urgent.wall_agreed":          "wait",
	"urgent.wall_witness":         "wait",
	"urgent.appointment_past":     "wait",
	"urgent.news_accepted":        "good",
	"urgent.news_appointment":     "wait",
	"urgent.news_question":        "wait",
	"urgent.news_message":         "wait",
	"urgent.news_engaged":         "good",
	"urgent.news_no_show":         "stop",
	"urgent.news_closed":          "stop",
	"urgent.news_stop_done":       "good",
	"inbox_news.message":          "wait",
	"inbox_news.answer":           "wait",
	"inbox_news.rule":             "wait",
	"meeting_state.planned":       "wait",
	"meeting_state.done":          "good",
	"meeting_state.missed":        "stop",
	"meeting_state.cancelled":     "stop",
	"meeting_state.moved":         "stop",
	"result.allowed":              "good",
	"result.refused":              "stop",
	"result.failed":               "alarm",
	"verification.good":           "good",
	"verification.running":        "wait",
	"verification.bad":            "alarm",
	"person_state.invited":        "wait",
	"person_state.waiting":        "wait",
	"person_state.member":         "good",
	"person_state.suspended":      "stop",
	"person_state.removed":        "stop",
	"start.done":                  "good",
	"start.open":                  "wait",
	"unit_state.empty":            "alarm",
	"unit_state.founded":          "good",
	"unit_state.no_recovery":      "wait",
	"centre_state.pinned":         "good",
	"centre_state.unpinned":       "stop",
	"centre_state.new":            "stop",
	"centre_state.confirm_voice":  "wait",
	"centre_state.ended":          "stop",
	"factor_state.active":         "good",
	"factor_state.locked":         "alarm",
}

// Class is the shape and colour of a word's state, by the word's message key; empty for
// a word that has none of its own.
func Class(key string) string { return statusClass[key] }

// Keys lists the message keys of all words.
func Keys() []string {
	keys := []string{"word.unknown"}
	for list, values := range wordLists {
		for _, v := range values {
			keys = append(keys, list+"."+v)
		}
	}
	return keys
}

// IsKey tells whether a key names a word that has a status; "list.code" in
// Go files stands for the word, not for a text.
func IsKey(key string) bool { return statusClass[key] != "" }
