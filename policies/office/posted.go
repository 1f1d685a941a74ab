package office

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/policies/opening"
	"sportello/policies/units"

	"golang.org/x/text/unicode/norm"
)

// PostedObject is what a step-up for posting something names.
func PostedObject(in acts.Posted) string {
	return acts.DigestOf("posted", in.Entry, strconv.FormatInt(in.Edition, 10), in.Kind, in.Unit, in.Name, in.Phone, in.Hours, in.Note, in.Tried, in.Until, in.Starts, strconv.FormatBool(in.Ended))
}

// Post adds the next version of something to the board, or the first where Entry is
// empty; in.Edition is the one that was read. ErrConflict where there is a later one.
func (o *Office) Post(ctx context.Context, who acts.Caller, in acts.Posted) (string, audit.Receipt, error) {
	object := PostedObject(in)
	made := in.Entry == ""
	if made {
		in.Entry = crypto.NewID()
	}
	receipt, err := o.house.Do(ctx, who, postedAction(in.Kind), func(r acts.Reader, act *acts.Act) error {
		act.Making(object)
		if err := mayPost(r, act, in.Unit); err != nil {
			return err
		}
		all, err := acts.AllPosted.Rows(r)
		if err != nil {
			return err
		}
		before := newestOf(all, in.Entry)
		if before != nil && (before.Kind != in.Kind || before.Unit != in.Unit) || !made && before == nil && !(in.Kind == acts.PostedHours && in.Entry == in.Unit) {
			return acts.ErrDenied
		}
		if before != nil && before.Edition != in.Edition || before == nil && in.Edition != 0 {
			return acts.ErrConflict
		}
		next := in
		next.RowKey = acts.RowKey{ID: in.Entry + "." + strconv.FormatInt(in.Edition+1, 10), Version: 1}
		next.Edition, next.By, next.Role, next.Day = in.Edition+1, act.Who.Person(), string(act.Who.Role()), act.Day
		if next.Starts == "" {
			next.Starts = act.Day
		}
		act.Commit = func(tx acts.Tx) error { return tx.Put(&next) }
		return checkPosted(&next, act.Day)
	})
	return in.Entry, receipt, err
}

// postedAction is the act that a kind of thing asks for.
func postedAction(kind string) policies.Action {
	if kind == acts.PostedNumber || kind == acts.PostedOnCall {
		return policies.PostedNumber
	}
	return policies.PostedText
}

// mayPost asks the policy, of a unit or of the house.
func mayPost(r acts.Reader, act *acts.Act, unit string) error {
	if unit == "" {
		return act.Allow(policies.Object{Kind: policies.KindSystem})
	}
	var u acts.Unit
	if err := r.Get(&u, unit); err != nil {
		return err
	}
	people, err := acts.AllPeople.Rows(r)
	if err != nil {
		return err
	}
	object := policies.Object{Kind: policies.KindUnit, ID: u.ID, Unit: u.ID, UnitKind: u.Kind}
	if slices.ContainsFunc(people, func(p *acts.Person) bool { return administers(p, u.Agency) }) {
		object.Agency = u.Agency
	}
	return act.Allow(object)
}

// administers tells whether somebody is an agency's own administrator. Of an agency that
// has none, those of the others keep what is posted.
func administers(p *acts.Person, agency string) bool {
	return p.Role == string(policies.Administrator) && p.State == string(acts.Active) && p.Agency == agency
}

// Keeps tells whether an administrator of an agency, or of none, keeps what is posted of a
// unit, or of the house; Post asks the policy the same.
func (a *Administration) Keeps(agency, unit string) bool {
	u := a.Units[unit]
	if unit == "" || agency == "" || u != nil && u.Agency == agency {
		return true
	}
	for _, p := range a.People {
		if u == nil || administers(p, u.Agency) {
			return false
		}
	}
	return true
}

func newestOf(all []*acts.Posted, entry string) *acts.Posted {
	for _, p := range acts.Newest(all) {
		if p.Entry == entry {
			return p
		}
	}
	return nil
}

// checkPosted refuses what is not whole. A page says which field it is.
func checkPosted(p *acts.Posted, today string) error {
	hours, err := opening.Read(p.Hours)
	call := p.Kind == acts.PostedNumber || p.Kind == acts.PostedOnCall
	switch {
	case !slices.Contains(acts.PostedKinds, p.Kind), err != nil, hours.Text() != p.Hours,
		!dayOrEmpty(p.Tried), !dayOrEmpty(p.Until), !dayOrEmpty(p.Starts), p.Starts < today,
		p.Tried > today, p.Until != "" && p.Until < p.Starts,
		(p.Kind == acts.PostedHours) != (p.Name == ""), p.Kind == acts.PostedHours && p.Entry != p.Unit,
		call != (p.Phone != ""), call && !p.Ended && Dialled(p.Phone) != p.Phone:
		return units.ErrIncomplete
	}
	return nil
}

// Dialled is the one telephone number that a text is, in the digits that are dialled:
// "+" where it is written, and 3 to 15 digits. Empty where it is none, or more than that.
func Dialled(text string) string {
	text = strings.TrimSpace(visible(norm.NFKC.String(text)))
	var b strings.Builder
	for i, c := range text {
		switch {
		case c >= '0' && c <= '9', c == '+' && i == 0:
			b.WriteRune(c)
		case strings.ContainsRune(" .-/()", c):
		default:
			return ""
		}
	}
	digits := strings.TrimPrefix(b.String(), "+")
	if len(digits) < 3 || len(digits) > 15 {
		return ""
	}
	return b.String()
}

// TakeOver posts what a file of texts said, as the first version of each, on a board on
// which nothing of its kind ever stood. It tells whether it posted something.
func (o *Office) TakeOver(ctx context.Context, list []acts.Posted) (took bool, err error) {
	roster, err := o.house.Roster(ctx)
	if err != nil {
		return false, err
	}
	for _, in := range list {
		if slices.ContainsFunc(roster.Posted, func(p *acts.Posted) bool { return p.Kind == in.Kind }) {
			continue
		}
		if _, _, err := o.Post(ctx, acts.ConsoleCaller(), in); err != nil {
			return took, errors.Join(errors.New("taking over what the file of texts says"), err)
		}
		took = true
	}
	return took, nil
}
