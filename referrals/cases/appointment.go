package cases

import (
	"context"
	"sort"
	"time"

	"sportello/policies"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/kept"
	"sportello/referrals/rule"
	"sportello/referrals/typed"
)

// AppointmentRow is when a woman and her desk meet. Its day stands in plaintext, so that
// the Agenda finds it; with whom and where are sealed. One that is moved stays as it was,
// and another one takes its place. Nothing reminds anybody but the Agenda: no message,
// mail or call leaves the program.
type AppointmentRow struct {
	acts.RowKey
	CaseID string
	Unit   string
	Author string
	Day    string
	State  string // planned, or one of AppointmentEnds, or moved
	kept.Part
}

// Table is the name of the table of appointments.
func (*AppointmentRow) Table() string { return "appointment" }

var (
	appointmentRows = acts.Declare[AppointmentRow]()
	// appointmentsOfCase lists the appointments of a case, the last one first.
	appointmentsOfCase = appointmentRows.Find().Is("case_id").By("day desc", "id")
	// appointmentsDue lists the appointments of a unit in a state, up to a day.
	appointmentsDue = appointmentRows.Find().Is("unit").Is("state").UpTo("day").By("day", "id")

	_ = kept.Register(appointmentRows, kept.Kind[*AppointmentRow]{Class: "case", Names: true, Hangs: []kept.Hang{kept.On("case_file", appointmentsOfCase)}})
)

// planned is an appointment of which nobody said yet how it went; moved is one in whose
// place another one stands.
const (
	planned = "planned"
	moved   = "moved"
)

// AppointmentEnds are the ways in which an appointment ends.
var AppointmentEnds = []string{"done", "missed", "cancelled"}

// AppointmentStates are all states of an appointment.
var AppointmentStates = append([]string{planned, moved}, AppointmentEnds...)

var appointmentEnds = typed.Codes(AppointmentEnds...)

// Appointment is what an appointment says.
type Appointment struct {
	When     time.Time `json:"when"`
	With     string    `json:"with"`
	Where    string    `json:"where"`
	Text     string    `json:"text,omitempty"`     // what may be said to whoever asks: it tells nothing of the desk
	Mediator string    `json:"mediator,omitempty"` // yes, no
}

// AppointmentView is an appointment as its unit reads it.
type AppointmentView struct {
	ID, Author, State string
	Appointment
}

// Planned tells whether nobody said yet how it went.
func (v AppointmentView) Planned() bool { return v.State == planned }

// AppointmentForm is an appointment as it is typed.
type AppointmentForm struct {
	Day, Hour, With, Where, Text, Mediator string
}

// read judges what was typed.
func (f AppointmentForm) read(now time.Time) (Appointment, error) {
	bad := typed.Check{}
	for field, v := range map[string]string{"with": f.With, "where": f.Where} {
		bad.Max(field, v, typed.MaxShort)
		if v == "" {
			bad[field] = "error.empty"
		}
	}
	bad.Max("text", f.Text, typed.MaxLine)
	if f.Mediator != "" {
		bad.OneOf("mediator", f.Mediator, rule.IsYesNo)
	}
	when, err := typed.When(f.Day, f.Hour, now)
	if err == nil {
		err = typed.Ahead(when, now)
	}
	bad.Add(err)
	return Appointment{When: when, With: f.With, Where: f.Where, Text: f.Text, Mediator: f.Mediator}, bad.Err()
}

// AddAppointment agrees an appointment. The same form twice is one appointment;
// ErrRepeated when it says something else, ErrState in a case that is closed.
func (d *Desk) AddAppointment(ctx context.Context, who acts.Caller, caseID string, form typed.Form, f AppointmentForm) (audit.Receipt, error) {
	return d.appoint(ctx, who, caseID, form, f, nil)
}

// MoveAppointment puts another appointment in the place of one that is planned. ErrState
// where it is planned no longer.
func (d *Desk) MoveAppointment(ctx context.Context, who acts.Caller, caseID, id string, form typed.Form, f AppointmentForm) (audit.Receipt, error) {
	return d.appoint(ctx, who, caseID, form, f, func(r kept.Reader, act *acts.Act, c *kept.File) (*AppointmentRow, error) {
		return endAppointment(r, act, c, id, moved)
	})
}

// EndAppointment records how an appointment went, by one of AppointmentEnds. ErrState
// where somebody said it already.
func (d *Desk) EndAppointment(ctx context.Context, who acts.Caller, caseID, id, end string) (audit.Receipt, error) {
	bad := typed.Check{}
	bad.OneOf("how", end, appointmentEnds)
	if err := bad.Err(); err != nil {
		return audit.Receipt{}, err
	}
	return d.work.Do(ctx, who, policies.CaseUpdate, func(r kept.Reader, act *acts.Act) error {
		c, err := kept.Load(r, act, caseID)
		if err != nil {
			return err
		}
		rows, err := c.Advance(r, act.Who)
		if err != nil {
			return err
		}
		old, err := endAppointment(r, act, c, id, end)
		if err != nil {
			return err
		}
		if end == "done" {
			c.Row.LastDay, c.Card.Last = act.Day, act.Day
		}
		if err := c.Seal(act.Who); err != nil {
			return err
		}
		act.Commit = kept.PutAll(append(rows, old)...)
		return nil
	})
}

// appoint writes an appointment, and what it takes the place of, or nil.
func (d *Desk) appoint(ctx context.Context, who acts.Caller, caseID string, form typed.Form, f AppointmentForm,
	instead func(kept.Reader, *acts.Act, *kept.File) (*AppointmentRow, error)) (audit.Receipt, error) {
	bad := typed.Check{}
	form.Check(bad)
	a, err := f.read(d.work.Gate.Now())
	bad.Add(err)
	if err := bad.Err(); err != nil {
		return audit.Receipt{}, err
	}
	return d.work.Do(ctx, who, policies.CaseUpdate, func(r kept.Reader, act *acts.Act) error {
		c, err := kept.Load(r, act, caseID)
		if err != nil {
			return err
		}
		row := &AppointmentRow{RowKey: acts.RowKey{ID: form.Row(act.Who, "appointment", caseID), Version: 1}, CaseID: caseID, Unit: c.Row.Unit,
			Author: act.Who.Person(), Day: a.When.Format(time.DateOnly), State: planned}
		if done, err := appointed(r, c, row.ID, a); done || err != nil {
			return err
		}
		if c.Row.State == "closed" {
			return kept.ErrState
		}
		rows, err := c.Advance(r, act.Who)
		if err != nil {
			return err
		}
		if instead != nil {
			old, err := instead(r, act, c)
			if err != nil {
				return err
			}
			rows = append(rows, old)
		}
		if err := c.Put(r, act, row, a); err != nil {
			return err
		}
		if err := c.Seal(act.Who); err != nil {
			return err
		}
		act.Commit = kept.PutAll(append(rows, row)...)
		return nil
	})
}

// appointed tells whether a form made its appointment already.
func appointed(r kept.Reader, c *kept.File, id string, a Appointment) (bool, error) {
	row := &AppointmentRow{}
	there, err := typed.Made(r, row, id)
	if !there || err != nil {
		return there, err
	}
	var old Appointment
	if err := c.Get(r, row, &old); err != nil {
		return true, err
	}
	if !old.When.Equal(a.When) || old.With != a.With || old.Where != a.Where || old.Text != a.Text || old.Mediator != a.Mediator {
		return true, typed.ErrRepeated
	}
	return true, nil
}

// endAppointment takes a planned appointment of a case to another state. Who opens the
// case, and no other, finds it there: any other is absent.
func endAppointment(r kept.Reader, act *acts.Act, c *kept.File, id, state string) (*AppointmentRow, error) {
	row := &AppointmentRow{}
	if err := r.Get(row, id); err != nil {
		return nil, err
	}
	switch {
	case row.CaseID != c.Row.ID:
		return nil, acts.ErrNoRow
	case row.State != planned:
		return nil, kept.ErrState
	}
	var a Appointment
	if err := c.Get(r, row, &a); err != nil {
		return nil, err
	}
	row.Version++
	row.State = state
	return row, c.Put(r, act, row, a)
}

// AppointmentsOf opens the appointments of a case, the last one first.
func AppointmentsOf(r kept.Reader, c *kept.File) ([]AppointmentView, error) {
	rows, err := appointmentsOfCase.Rows(r, c.Row.ID)
	if err != nil {
		return nil, err
	}
	var all []AppointmentView
	for _, row := range rows {
		v := AppointmentView{ID: row.ID, Author: row.Author, State: row.State}
		if err := c.Get(r, row, &v.Appointment); err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].When.After(all[j].When) })
	return all, nil
}

// AppointmentLine is an appointment on the Agenda.
type AppointmentLine struct {
	ID, CaseID string
	Who        kept.CaseWho
	When       time.Time
	Mediator   bool
}

// AppointmentsDue lists the appointments of the caller's unit that are today, or were and
// nobody said how they went: those of cases that she may know of, by hour.
func AppointmentsDue(r kept.Reader, act *acts.Act) ([]AppointmentLine, error) {
	rows, err := appointmentsDue.Rows(r, act.Who.Unit(), planned, act.Day)
	all, err := kept.Lines(act, rows, err, func(row *AppointmentRow) (l AppointmentLine, shown bool, err error) {
		c := &kept.CaseRow{}
		if err := r.Get(c, row.CaseID); err != nil {
			return l, false, err
		}
		if kept.ShutTo(act.Who, c) {
			return l, false, nil
		}
		f, err := kept.Open(r, act, c)
		if err != nil {
			return l, false, err
		}
		var a Appointment
		if err := f.Get(r, row, &a); err != nil {
			return l, false, err
		}
		act.Detail.IDs = append(act.Detail.IDs, c.ID)
		return AppointmentLine{ID: row.ID, CaseID: c.ID, Who: f.Card.Who(), When: a.When, Mediator: a.Mediator == "yes"}, true, nil
	})
	act.Salt = nil
	sort.SliceStable(all, func(i, j int) bool { return all[i].When.Before(all[j].When) })
	return all, err
}
