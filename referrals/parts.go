package referrals

import (
	"context"
	"errors"
	"slices"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/ban"
	"sportello/referrals/cases"
	"sportello/referrals/kept"
	"sportello/referrals/reports"
	"sportello/referrals/sharing"
	"sportello/referrals/sheets"
)

// Part is a part of a case file that a page asks for. What it does not ask for is
// neither read nor opened.
type Part string

// The parts of a case file.
const (
	PartPerson    Part = "person"    // what she agreed to tell, and who she is
	PartDiary     Part = "diary"     // the notes
	PartContacts  Part = "contacts"  // the contacts that belong to it
	PartConsents  Part = "consents"  // her authorisations
	PartReferrals Part = "referrals" // what was sent to centres, without what is in it
	PartTasks     Part = "tasks"     // what a social service was asked, without what is in it
	PartMeet      Part = "meet"      // the appointments
	PartKnown     Part = "known"     // the units that know how to reach her, and what of it
	PartSheets    Part = "sheets"    // what she was read or took along
	PartReports   Part = "reports"   // what others told of her, since she wanted it there
	PartToLink    Part = "to_link"   // the unit's reports that are in no file, by their codes
	PartJoined    Part = "joined"    // the file that is joined with it, with the same parts
	PartBan       Part = "ban"       // another file that says "mai" of her number
	partChoices   Part = "choices"   // what she can share with a centre, on the page on which she chooses
)

// Parts are all that the log says of what was shown of a case file.
var Parts = []Part{PartPerson, PartDiary, PartContacts, PartConsents, PartReferrals, PartTasks, PartMeet, PartSheets, PartKnown, PartReports, PartToLink, PartJoined, PartBan, partChoices}

// CaseView is a case file as its unit reads it: its head, and the parts asked for.
type CaseView struct {
	kept.CaseHead
	Told      kept.Told
	Identity  *cases.Identity
	Notes     []cases.NoteView
	Contacts  []cases.ContactView
	Consents  []sharing.ConsentView
	Referrals []sharing.ReferralLine
	Sent      []sharing.SentTask      // what the social service was asked, newest first
	Meet      []cases.AppointmentView // the last one first
	Sheets    []sheets.GivenView      // newest first
	Known     []sharing.Recipient
	Reports   []reports.View
	ToLink    []reports.Line
	Joined    *CaseView // the second file, as that of the first
	JoinedTo  string    // the first file, of the second
	Ban       *ban.File // another file that says "mai" of her number, or nil
}

// OpenCase reads a case file's head and the parts asked for: one act, one leaf,
// whose sealed detail names the parts.
func (d *Desk) OpenCase(ctx context.Context, who acts.Caller, id string, parts ...Part) (CaseView, audit.Receipt, error) {
	var v CaseView
	receipt, err := d.work.Do(ctx, who, policies.CaseOpen, func(r kept.Reader, act *acts.Act) error {
		c, err := kept.Load(r, act, id)
		if err != nil {
			return err
		}
		v, err = viewCase(r, act, c, parts...)
		return err
	})
	return v, receipt, err
}

// readParts is how each part is read into a view.
var readParts = map[Part]func(kept.Reader, *acts.Act, *kept.File, *CaseView) error{
	PartPerson: func(r kept.Reader, _ *acts.Act, c *kept.File, v *CaseView) (err error) {
		if err := c.ReadTold(); err != nil {
			return err
		}
		v.Told = c.Told
		v.Identity, err = cases.IdentityOf(r, c)
		return err
	},
	PartDiary: func(r kept.Reader, _ *acts.Act, c *kept.File, v *CaseView) (err error) {
		v.Notes, err = cases.Diary(r, c)
		return err
	},
	PartContacts: func(r kept.Reader, act *acts.Act, c *kept.File, v *CaseView) (err error) {
		v.Contacts, err = cases.ContactsOf(r, act, c)
		return err
	},
	PartReports: func(r kept.Reader, act *acts.Act, c *kept.File, v *CaseView) (err error) {
		v.Reports, err = reports.Of(r, act, c)
		return err
	},
	PartToLink: func(r kept.Reader, act *acts.Act, _ *kept.File, v *CaseView) (err error) {
		if err := act.Also(policies.UnlinkedRead, policies.Object{Kind: policies.KindReport, Unit: act.Who.Unit(), UnitKind: act.Who.UnitKind()}); err != nil {
			return err
		}
		v.ToLink, err = reports.ToLink(r, act)
		return err
	},
	PartConsents: func(r kept.Reader, act *acts.Act, c *kept.File, v *CaseView) (err error) {
		v.Consents, err = sharing.ConsentsOf(r, act, c)
		return err
	},
	PartReferrals: func(r kept.Reader, act *acts.Act, c *kept.File, v *CaseView) (err error) {
		if err := act.Also(policies.ReferralList, kept.UnitObject(act.Who)); err != nil {
			return err
		}
		v.Referrals, err = sharing.LinesOf(r, act, c)
		return err
	},
	PartTasks: func(r kept.Reader, act *acts.Act, c *kept.File, v *CaseView) (err error) {
		v.Sent, err = sharing.SentOfCase(r, act, c)
		return err
	},
	PartBan: func(r kept.Reader, act *acts.Act, c *kept.File, v *CaseView) (err error) {
		v.Ban, err = ban.Of(r, act, c)
		v.Safe.Banned = v.Ban != nil
		return err
	},
	PartMeet: func(r kept.Reader, _ *acts.Act, c *kept.File, v *CaseView) (err error) {
		v.Meet, err = cases.AppointmentsOf(r, c)
		return err
	},
	PartSheets: func(r kept.Reader, _ *acts.Act, c *kept.File, v *CaseView) (err error) {
		v.Sheets, err = sheets.GivenIn(r, c)
		return err
	},
	PartKnown: func(r kept.Reader, act *acts.Act, c *kept.File, v *CaseView) (err error) {
		salt := act.Salt
		v.Known, err = sharing.RecipientsOf(r, act, c)
		act.Salt = salt
		return err
	},
}

// viewCase reads the parts of a case that was allowed to be opened. One that is not
// allowed to be shown refuses the act.
func viewCase(r kept.Reader, act *acts.Act, c *kept.File, parts ...Part) (CaseView, error) {
	v := CaseView{CaseHead: c.Head()}
	for _, p := range parts {
		if p == PartJoined {
			act.Shows(string(p))
			if err := v.joined(r, act, c, slices.DeleteFunc(slices.Clone(parts), func(p Part) bool { return p == PartJoined })); err != nil {
				return CaseView{}, err
			}
			continue
		}
		read, ok := readParts[p]
		if !ok {
			return CaseView{}, errors.New("reading a case: an unknown part")
		}
		act.Shows(string(p))
		if err := read(r, act, c, &v); err != nil {
			return CaseView{}, err
		}
	}
	return v, nil
}

// joined reads the file that is joined with one: its parts where it is the second, where
// to find them where it is the first.
func (v *CaseView) joined(r kept.Reader, act *acts.Act, c *kept.File, parts []Part) error {
	o, link, err := c.OtherOf(r, act)
	if o == nil || err != nil {
		return err
	}
	if link.First != c.Row.ID {
		v.JoinedTo = link.First
		return nil
	}
	if err := act.Also(policies.CaseOpen, kept.CaseObject(act.Who, o.Row)); err != nil {
		return err
	}
	act.Detail.IDs = append(act.Detail.IDs, o.Row.ID)
	defer func(salt []byte) { act.Salt = salt }(act.Salt)
	other, err := viewCase(r, act, o, parts...)
	v.Joined = &other
	return err
}
