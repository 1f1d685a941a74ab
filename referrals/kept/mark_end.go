package kept

import (
	"time"

	"sportello/referrals/typed"
)

// MarkEnd is how what could not wait ended, or to whom it was handed.
type MarkEnd struct {
	Mark string    `json:"mark"` // one of MarkKinds
	Code string    `json:"code"`
	Text string    `json:"text,omitempty"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
}

// DangerEnds are the ways in which danger ends, her own no among them.
var DangerEnds = []string{"arrived", "took_over", "safe_she_says", "her_no", "not_reached", "mistake"}

// MarkEnds are the ways in which each mark ends.
var MarkEnds = map[string][]string{
	MarkDanger:     DangerEnds,
	MarkOther:      {"confirmed", "mistake"},
	MarkDropped:    {"spoke", "let_go", "mistake"},
	MarkRuleUnkept: {"found_way", "mistake"},
}

// Stays tells whether what was recorded hands a mark on and does not end it: who
// could not be reached is somebody's until she is.
func (e MarkEnd) Stays() bool { return e.Code == "not_reached" }

// endNeeds is what an end that needs a word asks for, as message keys.
var endNeeds = map[string]string{
	"took_over": "now.text_took_over", "not_reached": "now.text_not_reached", "mistake": "now.text_mistake",
	"let_go": "now.text_let_go", "found_way": "now.text_found_way", "confirmed": "now.text_confirmed",
}

// Check refuses an end that does not fit: some need a word, and her no, where her
// life or a child is in danger, needs who decided it with the worker.
func (e MarkEnd) Check(life bool) error {
	bad := typed.Check{}
	bad.OneOf("end", e.Code, typed.Codes(MarkEnds[e.Mark]...))
	bad.Max("end_text", e.Text, typed.MaxLine)
	switch {
	case e.Text != "":
	case e.Code == "her_no" && life:
		bad["end_text"] = "now.decided_with"
	case endNeeds[e.Code] != "":
		bad["end_text"] = endNeeds[e.Code]
	}
	return bad.Err()
}
