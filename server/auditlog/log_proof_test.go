package auditlog_test

import (
	"net/http"
	"testing"
)

func TestAuditorOpensAProof(t *testing.T) {
	s := site.Standard(t)
	annaReads(t, s)
	b := s.Inside(t, "clara")
	b.Post("/registro", "acts", "agenda.read")
	index := indexLink.FindStringSubmatch(b.Page.Body)[1]
	b.Says(b.Status(b.Get("/registro/"+index), http.StatusOK), "action agenda.read", "actor "+s.People["anna"].ID, "— test ", "nov")
	for _, bad := range []string{"999999", "-1", "x", "99999999999999999999"} {
		b.Status(b.Get("/registro/"+bad), http.StatusNotFound)
	}
}
