package auditlog_test

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
