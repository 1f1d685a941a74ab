package store_test

import (
	"os"
	"testing"

	"sportello/referrals/store/storetest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	storetest.CleanUp()
	os.Exit(code)
}

func TestFlowIsClean(t *testing.T) {
	f := storetest.NewFlow(t)
	if r := f.CheckRecords(); len(r.Problems) != 0 || r.Checked < 100 {
		t.Fatalf("checking the records: %d checked, problems %v", r.Checked, r.Problems)
	}
	f.Close()
	f.Open()
	if r := f.CheckRecords(); len(r.Problems) != 0 {
		t.Fatalf("checking the records after a restart: problems %v", r.Problems)
	}
}
