// Package ban compares what several case files say of one telephone number: a woman may
// have two files, or share a telephone. Where a file says "mai" of it, nobody who may open
// that file calls it for another one; whoever may not open it learns nothing, and is held
// back by nothing: the ban would tell her that the file is there. So whoever answers for
// one of the two files, and may open both, is told of it, and settles it with the woman.
// What nobody may open together nobody is told of.
package ban

import (
	"sportello/policies/acts"
	"sportello/referrals/cards"
	"sportello/referrals/kept"
	"sportello/referrals/match"
)

// File is a case file that says something of a number.
type File struct {
	CaseID string
	kept.CaseWho
	shown kept.Shown
}

// Conflict is a number that one file allows and others forbid.
type Conflict struct {
	Allows, Bans File
	More         int // how many others forbid it
}

func fileOf(c *kept.Card, card *kept.CaseCard) File {
	return File{CaseID: c.ID, CaseWho: card.Who(), shown: kept.Shown{ID: c.ID, Card: c.Digest()}}
}

// verdict is what a card says of its numbers: yes, never, or empty where it has none or
// she was not asked. One that was sealed before this was on it names those that may ring.
func verdict(card *kept.CaseCard) string {
	if len(card.Phones) > 0 {
		return "yes"
	}
	for _, n := range card.Numbers {
		if n.Verdict != "" {
			return n.Verdict
		}
	}
	return ""
}

// genuine tells whether the row of a file is the one that the log names.
func (f *File) genuine(r kept.Reader, act *acts.Act) (bool, error) {
	err := r.CheckShown([]kept.Shown{f.shown})
	return err == nil, act.Spare(err)
}

// Of is another file that the caller may open and that says "mai" of a number of this
// one, or nil. It is part of an act on this one.
func Of(r kept.Reader, act *acts.Act, c *kept.File) (*File, error) {
	if c.Safe.Phone() == "" {
		return nil, nil
	}
	mine := match.KeysOf(nil, []string{c.Safe.Number})
	found, err := cards.Each(r, act, func(other *kept.Card, text *cards.Text) (f File, bans bool, err error) {
		keys, err := text.ComparedBy()
		if err != nil || other.ID == c.Row.ID || !mine.SharesNumber(keys) {
			return f, false, err
		}
		card, err := text.Read()
		if err != nil || verdict(card) != "never" {
			return f, false, err
		}
		return fileOf(other, card), true, nil
	})
	if err != nil {
		return nil, err
	}
	for i := range found {
		if ok, err := found[i].genuine(r, act); ok || err != nil {
			act.Detail.IDs = append(act.Detail.IDs, found[i].CaseID)
			return &found[i], err
		}
	}
	return nil, nil
}

// standsIn lists the files of a unit in which somebody stands for a lead.
var standsIn = kept.Cases.Find().Is("unit").Not("stands", "").By("id")

// Conflicts lists the numbers that a file allows and another forbids, of files that the
// caller may open and for one of which she answers: once for each file that allows one
// and is not closed. It is part of an act that was allowed to read her Agenda.
func Conflicts(r kept.Reader, act *acts.Act) ([]Conflict, error) {
	answers, err := answersIn(r, act)
	if answers == nil || err != nil {
		return nil, err
	}
	all, err := cards.Each(r, act, func(c *kept.Card, text *cards.Text) (s said, says bool, err error) {
		keys, err := text.ComparedBy()
		if err != nil || len(keys.Nationals()) == 0 {
			return s, false, err
		}
		card, err := text.Read()
		if err != nil {
			return s, false, err
		}
		v := verdict(card)
		if v != "never" && (v != "yes" || c.State == "closed") {
			return s, false, nil
		}
		return said{fileOf(c, card), keys, v == "never"}, true, nil
	})
	if err != nil {
		return nil, err
	}
	bans := map[string][]said{}
	for _, s := range all {
		if s.never {
			for _, n := range s.keys.Nationals() {
				bans[n] = append(bans[n], s)
			}
		}
	}
	var found []Conflict
	for _, a := range all {
		if a.never {
			continue
		}
		against := a.bannedBy(bans, answers)
		for i := range against {
			ok, err := genuinePair(r, act, &a.File, &against[i])
			if err != nil {
				return nil, err
			}
			if ok {
				found = append(found, Conflict{Allows: a.File, Bans: against[i], More: len(against) - i - 1})
				act.Detail.IDs = append(act.Detail.IDs, a.CaseID, against[i].CaseID)
				break
			}
		}
	}
	return found, nil
}

// said is a file with the numbers of which it says something.
type said struct {
	File
	keys  match.Keys
	never bool // it forbids it
}

// bannedBy are the files that forbid a number that this one allows, where the caller
// answers for one of the two.
func (s *said) bannedBy(bans map[string][]said, answers func(id string) bool) (all []File) {
	seen := map[string]bool{} // a number that can be read in two ways stands twice
	for _, n := range s.keys.Nationals() {
		for _, b := range bans[n] {
			if !seen[b.CaseID] && (answers(s.CaseID) || answers(b.CaseID)) && s.keys.SharesNumber(b.keys) {
				seen[b.CaseID] = true
				all = append(all, b.File)
			}
		}
	}
	return all
}

func genuinePair(r kept.Reader, act *acts.Act, a, b *File) (bool, error) {
	ok, err := a.genuine(r, act)
	if !ok || err != nil {
		return false, err
	}
	return b.genuine(r, act)
}

// answersIn tells of a case that she may open whether the caller answers for it; nil
// where she answers for none.
func answersIn(r kept.Reader, act *acts.Act) (func(id string) bool, error) {
	if kept.AnswersFor(act.Who, nil) { // for every one that she may open
		return func(string) bool { return true }, nil
	}
	rows, err := standsIn.Rows(r, act.Who.Unit())
	if err := act.Spare(err); err != nil {
		return nil, err
	}
	mine := map[string]bool{}
	for _, row := range rows {
		if kept.AnswersFor(act.Who, row) {
			mine[row.ID] = true
		}
	}
	if len(mine) == 0 {
		return nil, nil
	}
	return func(id string) bool { return mine[id] }, nil
}
