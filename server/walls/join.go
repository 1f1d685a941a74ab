package walls

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"sportello/policies"
	"sportello/referrals/join"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/typed"
	"sportello/server/frame"
)

// JoinPage is "join": two files of one woman become one. Both codes are typed, then what
// follows is shown, and it posts again with what she said to /schede/ID/unione; the
// step-up page follows. Where it is joined, it says so, and for thirty days posts to
// …/unione/annulla.
type JoinPage struct {
	frame.Page
	frame.CaseHead
	Version string
	Joined  *frame.Who // what is joined with it
	Since   time.Time
	Until   time.Time // the last day on which it can be undone
	Undo    bool
	Second  *frame.Who // whose code was typed: what follows is shown
	Rules   []JoinRule
	Named   []string // to whom both are restricted then, by user name
	Off     []string // from whom both are hidden then, where the reader is told
	JoinForm
}

// JoinRule is one channel of two rules, and what holds when they are joined: words of
// "allow".
type JoinRule struct{ Channel, First, Second, Then string }

// JoinForm is what is typed to join two files.
type JoinForm struct {
	CodeFirst     string `form:"code_first" max:"40"`
	CodeSecond    string `form:"code_second" max:"40"`
	Said          string `form:"said" max:"500"`
	Agreed        string `form:"agreed" words:"agreed"`
	VersionSecond string `form:"version_second" max:"20"`
}

// Join answers GET /schede/{id}/unione.
func Join(q *frame.Request) (frame.Shown, error) { return joinPage(q, nil) }

// joinPage is the page without what follows.
func joinPage(q *frame.Request, cause error) (frame.Shown, error) {
	v, receipt, err := q.Desk.Join.Read(q.Context(), q.Who, q.ID("id"), nil)
	if err != nil {
		return nil, err
	}
	q.Receipt(receipt)
	page := joinOf(q, v)
	q.Fill(&page.JoinForm)
	frame.Explain(&page.Page, cause)
	return page, nil
}

func joinOf(q *frame.Request, v join.Preview) *JoinPage {
	page := &JoinPage{Page: q.Base(TitleJoin), CaseHead: frame.HeadOf(q, v.First, ""), Version: frame.Version(v.First.Version)}
	if v.Link != nil {
		page.Undo, page.Since, page.Until = v.Undo, q.Day(v.Link.Day), q.Day(v.Link.LastDay())
		if v.Second != nil {
			who := frame.Who(v.Second.Card.Who())
			page.Joined = &who
		}
	}
	return page
}

// whyNot are the words for what is not joined.
func whyNot(err error) string {
	for cause, key := range map[error]string{kept.ErrJoined: "join.joined", kept.ErrJoinLead: "join.lead", kept.ErrNobodyLeft: "join.nobody",
		kept.ErrState: "join.closed", kept.ErrNoRecovery: "walls.no_recovery"} {
		if errors.Is(err, cause) {
			return key
		}
	}
	return ""
}

// JoinFiles answers POST /schede/{id}/unione: what follows first, then, with her word, the
// act.
func JoinFiles(q *frame.Request, f *JoinForm) error {
	codes := join.Codes{First: f.CodeFirst, Second: f.CodeSecond}
	v, receipt, err := q.Desk.Join.Read(q.Context(), q.Who, q.ID("id"), &codes)
	if errors.Is(err, typed.ErrInvalid) {
		return q.ShowBack(http.StatusUnprocessableEntity, joinPage, err)
	}
	if err != nil {
		return err
	}
	q.Receipt(receipt)
	page := joinOf(q, v)
	page.JoinForm = *f
	if v.Link != nil {
		page.Problem = "join.joined"
		return q.Show(http.StatusConflict, page)
	}
	if v.Why != nil {
		if page.Problem = whyNot(v.Why); page.Problem == "" {
			return v.Why
		}
		return q.Show(http.StatusConflict, page)
	}
	if err := page.follow(q, v); err != nil {
		return err
	}
	if q.Pressed() != "join" {
		return q.Show(http.StatusOK, page)
	}
	second, _ := strconv.ParseInt(f.VersionSecond, 10, 64)
	if q.Version() != v.First.Version || second != v.Second.Version {
		page.Problem = frame.ProblemChanged
		return q.Show(http.StatusConflict, page)
	}
	if f.Said == "" {
		page.Fail("said", "join.said_missing")
	}
	if f.Agreed != "yes" {
		page.Fail("agreed", FailAgreed)
	}
	if len(page.Errors) > 0 {
		return q.Show(http.StatusUnprocessableEntity, page)
	}
	if ok, err := q.StepUp(policies.CaseJoin, v.First.ID, StepUpJoin, v.First.Card.Code); !ok {
		return err
	}
	receipt, err = q.Desk.Join.Join(q.Context(), q.Who, v.First.ID, codes, [2]int64{q.Version(), second}, f.Said)
	if errors.Is(err, typed.ErrInvalid) {
		return q.ShowBack(http.StatusUnprocessableEntity, joinPage, err)
	}
	if page.Problem = whyNot(err); page.Problem != "" {
		return q.Show(http.StatusConflict, page)
	}
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashJoin, "/schede/"+v.First.ID)
}

// follow puts on the page what follows when the two are joined.
func (p *JoinPage) follow(q *frame.Request, v join.Preview) error {
	roster, err := q.Roster()
	if err != nil {
		return err
	}
	who := frame.Who(v.Second.Card.Who())
	p.Second, p.VersionSecond = &who, frame.Version(v.Second.Version)
	if p.Named = names(roster, v.Meet.Named); v.Knows {
		p.Off = names(roster, v.Meet.Off)
	}
	for _, kind := range rule.ChannelKinds {
		line := JoinRule{Channel: kind, First: allowed(v.Meet.Rules[0], kind), Second: allowed(v.Meet.Rules[1], kind), Then: allowed(v.Meet.Then[0], kind)}
		if line.Then == "unasked" {
			line.Then = allowed(v.Meet.Then[1], kind)
		}
		p.Rules = append(p.Rules, line)
	}
	return nil
}

// allowed is what a rule says of a channel, a word of "allowance".
func allowed(s rule.SafeContact, kind string) string {
	switch {
	case s.Channels[kind] == "":
		return "unasked"
	case s.Shut(kind) != rule.Permitted:
		return "suspended"
	}
	return s.Channels[kind]
}

// Unjoin answers POST /schede/{id}/unione/annulla.
func Unjoin(q *frame.Request, _ *frame.Nothing) error {
	v, receipt, err := q.Desk.Join.Read(q.Context(), q.Who, q.ID("id"), nil)
	if err != nil {
		return err
	}
	q.Receipt(receipt)
	if v.Second == nil || !v.Undo {
		page := joinOf(q, v)
		page.Problem = "join.not_undone"
		return q.Show(http.StatusConflict, page)
	}
	if ok, err := q.StepUp(policies.CaseUnjoin, v.First.ID, StepUpUnjoin, v.First.Card.Code); !ok {
		return err
	}
	receipt, err = q.Desk.Join.Undo(q.Context(), q.Who, v.First.ID)
	if err != nil {
		return err
	}
	return q.Done(receipt, FlashUnjoin, "/schede/"+v.First.ID)
}

// What the page says.
const (
	StepUpJoin   = "stepup.join"
	StepUpUnjoin = "stepup.unjoin"
	FlashJoin    = "join.done"
	FlashUnjoin  = "join.undone"
	TitleJoin    = "join.title"
)
