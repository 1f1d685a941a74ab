package store_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"sportello/policies/acts"
	"sportello/policies/office"
	"sportello/referrals/store/storetest"
)

// TestOneNameOnce sends the same agency and the same unit twenty times at once:
// one is made, everybody else hears that the name is taken.
func TestOneNameOnce(t *testing.T) {
	w := storetest.New(t).Standard()
	console := acts.ConsoleCaller()
	for what, create := range map[string]func() error{
		"agency": func() error {
			_, _, err := w.Office.CreateAgency(ctx, console, office.NewAgency{Name: " Comune di Altrove", Kind: "municipality", Responsibility: "controller"})
			return err
		},
		"unit": func() error {
			_, _, err := w.Office.CreateUnit(ctx, console, acts.Unit{Agency: w.Agency, Kind: acts.KindDesk, Name: "Sportello di prova"})
			return err
		},
	} {
		var made, taken atomic.Int64
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				switch err := create(); {
				case err == nil:
					made.Add(1)
				case errors.Is(err, office.ErrTaken):
					taken.Add(1)
				default:
					t.Errorf("creating an %s: %v", what, err)
				}
			})
		}
		all.Wait()
		if made.Load() != 1 || taken.Load() != 19 {
			t.Errorf("%s: %d made, %d told that the name is taken", what, made.Load(), taken.Load())
		}
		if err := create(); !errors.Is(err, office.ErrTaken) {
			t.Errorf("creating the %s later: %v", what, err)
		}
	}
	if _, _, err := w.Office.CreateUnit(ctx, console, acts.Unit{Agency: w.Agency, Kind: acts.KindDesk, Name: "SPORTELLO di prova"}); !errors.Is(err, office.ErrTaken) {
		t.Errorf("another way of writing the name: %v", err)
	}
}

// TestOneAuditUnit: an administrator who enters a second audit unit, to have the
// details of the log sealed to people of his own, is refused, and so is the
// second of two sent at once.
func TestOneAuditUnit(t *testing.T) {
	w := storetest.New(t)
	console := acts.ConsoleCaller()
	agency, _, err := w.Office.CreateAgency(ctx, console, office.NewAgency{Name: "Comune", Kind: "municipality", Responsibility: "controller"})
	if err != nil {
		t.Fatal(err)
	}
	var made atomic.Int64
	var all sync.WaitGroup
	for i := range 10 {
		all.Go(func() {
			_, _, err := w.Office.CreateUnit(ctx, console, acts.Unit{Agency: agency, Kind: acts.KindAudit, Name: fmt.Sprint("Revisione ", i)})
			if err == nil {
				made.Add(1)
			} else if !errors.Is(err, office.ErrOneAudit) && !errors.Is(err, office.ErrTaken) {
				t.Errorf("creating an audit unit: %v", err)
			}
		})
	}
	all.Wait()
	if made.Load() != 1 {
		t.Errorf("%d audit units", made.Load())
	}
	if _, _, err := w.Office.CreateUnit(ctx, console, acts.Unit{Agency: agency, Kind: acts.KindAudit, Name: "AAA"}); !errors.Is(err, office.ErrOneAudit) {
		t.Errorf("a second audit unit: %v", err)
	}
}
