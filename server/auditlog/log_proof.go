package auditlog

import (
	"encoding/base64"
	"strconv"
	"time"

	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/server/frame"
)

// LogProofPage is "log-proof": one leaf with its proof.
type LogProofPage struct {
	frame.Page
	Row        LogRow
	Leaf       string   // the leaf's text, as it was hashed
	Hashes     []string // the inclusion proof, base64
	Checkpoint string   // the signed note
	Good       bool
	Detail     *LogDetail // what only the audit unit opens; nil when there is none
}

// What the page says.
const (
	TitleProof = "proof.title"
)

// LogDetail is an opened detail.
type LogDetail struct {
	At     time.Time
	Reason string
	Asked  []string // words of "act": what else the act was
	Parts  []string // words of "part": what it showed of a case file
	IDs    []string
}

// LogProof shows one leaf with its proof under the last signed checkpoint, and what
// the audit unit's key opens of it.
func LogProof(q *frame.Request) (frame.Shown, error) {
	index, err := strconv.ParseInt(q.ID("index"), 10, 64)
	if err != nil {
		return nil, acts.ErrDenied
	}
	proof, detail, receipt, err := q.Desk.AuditLog.ProveEntry(q.Context(), q.Who, index)
	if err != nil {
		return nil, err
	}
	q.Receipt(receipt)
	_, _, key := q.Desk.AuditLog.Log()
	leaf, err := audit.CheckProof(proof, key)
	page := &LogProofPage{Page: q.Base(TitleProof), Row: logRow(q, index, &leaf), Leaf: string(proof.Leaf),
		Checkpoint: string(proof.Checkpoint), Good: err == nil}
	for _, h := range proof.Hashes {
		page.Hashes = append(page.Hashes, base64.StdEncoding.EncodeToString(h[:]))
	}
	if detail != nil {
		page.Detail = logDetail(detail)
	}
	return page, nil
}

// logDetail tells the further actions of an act from the parts of a case that it showed.
func logDetail(d *audit.Detail) *LogDetail {
	v := &LogDetail{At: d.At, Reason: d.Reason, IDs: d.IDs}
	for _, also := range d.Also {
		if frame.IsWord("part", also) {
			v.Parts = append(v.Parts, also)
		} else {
			v.Asked = append(v.Asked, also)
		}
	}
	return v
}
