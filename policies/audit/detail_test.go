package audit_test

import (
	"errors"
	"reflect"
	"testing"

	"sportello/crypto"
	"sportello/policies/audit"
)

const auditUnit = "AUDIT"

// auditors gives the audit unit an identity and puts a detail key into force.
func (s *site) auditors(day string, epoch int64) crypto.Identity {
	s.t.Helper()
	id, err := crypto.NewIdentity()
	if err != nil {
		s.t.Fatal(err)
	}
	s.useKey(s.newKey(day, epoch, id))
	return id
}

func (s *site) newKey(day string, epoch int64, id crypto.Identity) audit.PendingDetailKey {
	s.t.Helper()
	p, err := s.log.NewDetailKey(day, auditUnit, epoch, id.Recipient())
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s *site) useKey(p audit.PendingDetailKey) {
	s.t.Helper()
	tx := s.db.begin()
	b, err := s.log.Begin(tx)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := b.UseDetailKey(p); err != nil {
		s.t.Fatal(err)
	}
	if _, err := b.Sign(); err != nil {
		s.t.Fatal(err)
	}
	tx.commit()
	s.log.Committed(b)
}

func TestDetailIsSealedAndCommitted(t *testing.T) {
	s := newSite(t)
	d := audit.Detail{At: start, Reason: "urgente", IDs: []string{"CASE1", "CASE2"}}
	salt := crypto.NewSalt()
	if sealed, err := s.log.SealDetail(salt, d); sealed != nil || err != nil {
		t.Fatalf("before the audit unit is founded: %v, %v", sealed, err)
	}
	id := s.auditors("2026-11-22", 1)
	if s.log.DetailKeyNeeded("2026-11-22", auditUnit, 1) {
		t.Error("the key is not in force after the commit")
	}
	sealed, err := s.log.SealDetail(salt, d)
	if err != nil || sealed == nil {
		t.Fatalf("sealing: %v, %v", sealed, err)
	}
	tx := s.db.begin()
	b, err := s.log.Begin(tx)
	if err != nil {
		t.Fatal(err)
	}
	index, err := b.Append(write(note(1)), sealed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Sign(); err != nil {
		t.Fatal(err)
	}
	tx.commit()
	s.log.Committed(b)

	leaf, err := audit.ParseLeaf(s.db.leaves[index])
	if err != nil {
		t.Fatal(err)
	}
	stored := s.db.details[leaf.DetailID]
	if err := audit.CheckDetail(leaf, stored); err != nil {
		t.Fatalf("the stored detail is not that of its leaf: %v", err)
	}
	keyRow := s.db.detailKeys[stored.KeyID]
	if !s.log.Matches(keyRow) {
		t.Error("the detail key's row has no leaf")
	}
	key, err := keyRow.Open(id)
	if err != nil {
		t.Fatal(err)
	}
	got, err := audit.OpenDetail(key, stored.ID, salt, stored.Sealed)
	if err != nil || !reflect.DeepEqual(got, d) {
		t.Fatalf("opening gave %v and %+v", err, got)
	}
	checkDetailRefusals(t, leaf, stored, key, salt, keyRow, id)
}

func checkDetailRefusals(t *testing.T, leaf audit.Leaf, stored audit.SealedDetail, key crypto.Key, salt []byte, keyRow audit.DetailKeyRow, id crypto.Identity) {
	t.Helper()
	flipped := append(crypto.Sealed(nil), stored.Sealed...)
	flipped[len(flipped)-1] ^= 1
	for name, open := range map[string]func() (audit.Detail, error){
		"a shredded salt": func() (audit.Detail, error) { return audit.OpenDetail(key, stored.ID, crypto.NewSalt(), stored.Sealed) },
		"another key":     func() (audit.Detail, error) { return audit.OpenDetail(crypto.NewKey(), stored.ID, salt, stored.Sealed) },
		"no key":          func() (audit.Detail, error) { return audit.OpenDetail(crypto.Key{}, stored.ID, salt, stored.Sealed) },
		"another id":      func() (audit.Detail, error) { return audit.OpenDetail(key, "OTHER", salt, stored.Sealed) },
		"a flipped bit":   func() (audit.Detail, error) { return audit.OpenDetail(key, stored.ID, salt, flipped) },
	} {
		if d, err := open(); !errors.Is(err, audit.ErrDetail) || !reflect.DeepEqual(d, audit.Detail{}) {
			t.Errorf("%s: got %v, %+v", name, err, d)
		}
	}
	for name, d := range map[string]audit.SealedDetail{
		"a flipped bit":    {ID: stored.ID, KeyID: stored.KeyID, Sealed: flipped},
		"another key's id": {ID: stored.ID, KeyID: "K", Sealed: stored.Sealed},
		"another id":       {ID: "D", KeyID: stored.KeyID, Sealed: stored.Sealed},
	} {
		if err := audit.CheckDetail(leaf, d); !errors.Is(err, audit.ErrDetail) {
			t.Errorf("commitment, %s: got %v", name, err)
		}
	}
	for name, change := range map[string]func(*audit.DetailKeyRow){
		"another day":   func(r *audit.DetailKeyRow) { r.Day = "2026-11-23" },
		"another unit":  func(r *audit.DetailKeyRow) { r.Unit = "DESK2" },
		"another epoch": func(r *audit.DetailKeyRow) { r.Epoch = 2 },
		"another id":    func(r *audit.DetailKeyRow) { r.ID = "K" },
	} {
		r := keyRow
		change(&r)
		if _, err := r.Open(id); !errors.Is(err, crypto.ErrOpen) {
			t.Errorf("detail key, %s: got %v", name, err)
		}
	}
}

func TestDetailKeyComesIntoForceWithTheCommit(t *testing.T) {
	s := newSite(t)
	id, err := crypto.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	p := s.newKey("2026-11-22", 1, id)
	needed := func() bool { return s.log.DetailKeyNeeded("2026-11-22", auditUnit, 1) }
	for _, end := range []string{"rewind", "abort"} {
		tx := s.db.begin()
		b, err := s.log.Begin(tx)
		if err != nil {
			t.Fatal(err)
		}
		mark, save := b.Mark(), tx.savepoint()
		if err := b.UseDetailKey(p); err != nil {
			t.Fatal(err)
		}
		if err := b.UseDetailKey(s.newKey("2026-11-22", 1, id)); err != nil || len(tx.new.detailKeys) != 1 {
			t.Errorf("a second key of the day: %v, %d stored", err, len(tx.new.detailKeys))
		}
		if end == "abort" {
			s.log.Aborted(b)
			continue
		}
		b.Rewind(mark)
		tx.rollbackTo(save)
		if _, err := b.Sign(); err != nil {
			t.Fatal(err)
		}
		tx.commit()
		s.log.Committed(b)
	}
	if !needed() || len(s.db.detailKeys) != 0 {
		t.Fatal("a key came into force that is not stored")
	}
	s.useKey(p)
	if needed() || !s.log.DetailKeyNeeded("2026-11-23", auditUnit, 1) || !s.log.DetailKeyNeeded("2026-11-22", auditUnit, 2) {
		t.Error("the key serves its day and epoch, and no other")
	}
	s.stop()
	s.mustOpen()
	if !needed() {
		t.Error("a detail key outlived its process")
	}
}

func TestDetailKeyOfAnEarlierEpoch(t *testing.T) {
	s := newSite(t)
	id := s.auditors("2026-11-22", 1)
	if sealed, err := s.log.SealDetail(nil, audit.Detail{At: start}); sealed == nil || err != nil {
		t.Fatalf("sealing: %v", err)
	}
	s.do(write(row{audit.EpochTable, auditUnit + ".2", 1, "k"}))
	if _, err := s.log.SealDetail(nil, audit.Detail{At: start}); !errors.Is(err, audit.ErrDetailKey) {
		t.Errorf("sealing under the old epoch: got %v", err)
	}
	b, err := s.log.Begin(s.db.begin())
	if err != nil {
		t.Fatal(err)
	}
	if err := b.UseDetailKey(s.newKey("2026-11-23", 1, id)); !errors.Is(err, audit.ErrDetailKey) {
		t.Errorf("a new key to the old epoch: got %v", err)
	}
	if err := b.UseDetailKey(audit.PendingDetailKey{}); !errors.Is(err, audit.ErrDetailKey) {
		t.Errorf("no key: got %v", err)
	}
	s.log.Aborted(b)
	s.useKey(s.newKey("2026-11-22", 2, id))
	if sealed, err := s.log.SealDetail(nil, audit.Detail{At: start}); sealed == nil || err != nil {
		t.Errorf("sealing under the new epoch: %v", err)
	}
}

func FuzzParseDetail(f *testing.F) {
	b, err := audit.Detail{At: start, Reason: "perché", IDs: []string{"A"}}.Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := audit.ParseDetail(b)
		if err != nil {
			return
		}
		if again, err := d.Marshal(); err != nil || string(again) != string(b) {
			t.Fatalf("marshal gave %q for %q", again, b)
		}
	})
}

func TestCheckDetails(t *testing.T) {
	s := newSite(t)
	s.auditors("2026-11-22", 1)
	tx := s.db.begin()
	b, err := s.log.Begin(tx)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		sealed, err := s.log.SealDetail(nil, audit.Detail{At: start})
		if err != nil {
			t.Fatal(err)
		}
		sealed.ID = []string{"D0", "D1", "D2"}[i]
		if _, err := b.Append(write(note(i)), sealed); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.Sign(); err != nil {
		t.Fatal(err)
	}
	tx.commit()
	s.log.Committed(b)
	d := s.db.details
	whole := rows{d["D0"], d["D1"], d["D2"]}
	report, err := s.log.CheckDetails(t.Context(), whole) // the untampered twin
	if err != nil || report.Checked != 3 || len(report.Problems) != 0 || report.Checkpoint.Size != 4 {
		t.Fatalf("got %v, %+v", err, report)
	}
	changed, added := d["D1"], d["D1"]
	changed.Sealed, added.ID = d["D0"].Sealed, "D9"
	report, err = s.log.CheckDetails(t.Context(), rows{d["D0"], changed, added})
	want := []audit.RecordProblem{
		{Table: "detail", ID: "D1", Version: 1, Fault: audit.Changed, Leaf: 2},
		{Table: "detail", ID: "D2", Version: 1, Fault: audit.Missing, Leaf: 3},
		{Table: "detail", ID: "D9", Version: 1, Fault: audit.Unlogged, Leaf: -1},
	}
	if err != nil || !reflect.DeepEqual(report.Problems, want) {
		t.Fatalf("got %v, %+v", err, report.Problems)
	}
}

// TestDetailAcrossANewEpoch: a detail that was sealed before the audit unit's new
// epoch is not stored after it: who left the unit could open it.
func TestDetailAcrossANewEpoch(t *testing.T) {
	s := newSite(t)
	s.auditors("2026-11-22", 1)
	sealed, err := s.log.SealDetail(nil, audit.Detail{At: start})
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.log.Begin(s.db.begin())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Append(write(row{audit.EpochTable, auditUnit + ".2", 1, "k"}), sealed); err != nil {
		t.Errorf("the leaf of the new epoch itself: %v", err)
	}
	if _, err := b.Append(write(note(1)), sealed); !errors.Is(err, audit.ErrDetailKey) {
		t.Errorf("a detail of before, after it: %v", err)
	}
	if _, err := b.Append(write(note(1)), nil); err != nil {
		t.Errorf("a leaf without one: %v", err)
	}
	s.log.Aborted(b)
}
