package centre

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"sportello/crypto"
	"sportello/policies"
	"sportello/policies/units"
	"sportello/referrals/rule"
	"sportello/referrals/sharing"
	"sportello/referrals/typed"
	"sportello/server/frame"
	"sportello/server/locale"
)

// CopyPage is "copy": a sealed copy, made when asked. Posts which (kept, other)
// and recipient to /arrivi/ID/copia, which answers with the file.
type CopyPage struct {
	frame.Page
	ID      string
	Version string
	CopyForm
	Kept  bool
	Words [4]string // of the kept key
	Since time.Time
}

// CopyForm is to which key a copy is made.
type CopyForm struct {
	Key   string `form:"recipient" max:"4000"` // another public key
	Which string `form:"which"`                // "kept", the default where the centre keeps a key here, or "other"
}

// Copy answers GET /arrivi/{id}/copia.
func Copy(q *frame.Request) (frame.Shown, error) { return showCopy(q, nil) }

func showCopy(q *frame.Request, cause error) (frame.Shown, error) {
	r, receipt, err := q.Desk.Sharing.OpenReferral(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return nil, endedAtCentre(q, err)
	}
	if !r.KeepCopy || r.Standing != policies.ConsentLive {
		return nil, q.NotFound()
	}
	q.Receipt(receipt)
	page := &CopyPage{Page: q.Base(TitleCopy), ID: r.ID, Version: frame.Version(r.Version)}
	q.Fill(&page.CopyForm)
	kept, err := q.House.OwnCopyKey(q.Context(), q.Who)
	if err != nil {
		return nil, err
	}
	if page.Kept = kept.Set; kept.Set {
		page.Words, page.Since = kept.Words, q.Day(kept.Unit.CopyKeyDay)
	}
	frame.Invalid(&page.Page, cause)
	return page, nil
}

// copyFile is the page that a sealed copy holds. It is read far from here and years
// from now: in Italian, and each day with its year.
func copyFile(q *frame.Request, p sharing.Package, safe rule.PackageSafe, roster *units.Roster) *CopyFile {
	page := &CopyFile{Page: frame.Page{Lang: locale.Italian, Title: TitleCopyFile}, ID: q.ID("id"), Centre: roster.UnitName(p.ToUnit),
		Made: q.Door.Gate().Now(), Package: frame.PackageOf(q, p, safe, roster)}
	page.Package.Now = page.Now
	return page
}

// mayCopy looks whether a copy may be made, and to a key that is one, before a code
// is spent on it; then it asks for passphrase and code. It reports false when it
// has answered.
func mayCopy(q *frame.Request, recipient string) (bool, error) {
	r, _, err := q.Desk.Sharing.OpenReferral(q.Context(), q.Who, q.ID("id"))
	if err != nil {
		return false, endedAtCentre(q, err)
	}
	if !r.KeepCopy || r.Standing != policies.ConsentLive {
		return false, q.NotFound()
	}
	if recipient == "" {
		kept, err := q.House.OwnCopyKey(q.Context(), q.Who)
		if err != nil {
			return false, err
		}
		recipient = kept.Unit.CopyKey
	}
	if _, err := crypto.ParseRecipient(recipient); err != nil {
		return false, q.ShowBack(http.StatusUnprocessableEntity, showCopy, typed.Bad("recipient", "error.recipient"))
	}
	return q.StepUp(policies.ReferralCopy, r.ID, StepUpCopy, sharing.Reference(r.ID))
}

// MakeCopy makes the centre's own sealed copy, to its offline key, and hands it over
// without keeping it.
func MakeCopy(q *frame.Request, f *CopyForm) error {
	recipient := strings.Join(strings.Fields(f.Key), "")
	if f.Which == "kept" {
		recipient = ""
	} else if recipient == "" {
		recipient = "none" // another key was chosen, and none typed
	}
	if frame.IsSecretKey(recipient) {
		q.Forget("recipient") // it is not shown again either
		return q.ShowBack(http.StatusUnprocessableEntity, showCopy, typed.Bad("recipient", frame.FailSecretKey))
	}
	roster, err := q.Roster()
	if err != nil {
		return err
	}
	if ok, err := mayCopy(q, recipient); !ok {
		return err
	}
	file, receipt, err := q.Desk.Sharing.SealedCopy(q.Context(), q.Who, q.ID("id"), recipient, func(p sharing.Package, safe rule.PackageSafe) ([]byte, error) {
		return q.Render.Bytes(copyFile(q, p, safe, roster))
	})
	if errors.Is(err, typed.ErrInvalid) {
		return q.ShowBack(http.StatusUnprocessableEntity, showCopy, err)
	}
	if err != nil {
		return endedAtCentre(q, err)
	}
	q.Receipt(receipt)
	h := q.W.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", `attachment; filename="invio-`+sharing.Reference(q.ID("id"))+`.age"`)
	_, err = q.W.Write(file)
	return err
}

// CopyFile is "copy-file", what a sealed copy holds: one page that asks for
// nothing beside itself, without script. It has no frame of ours: it is no page of
// the service. Now is zero, so that every day has its year.
type CopyFile struct {
	frame.Page
	ID      string
	Centre  string
	Made    time.Time
	Package frame.Package
}

// What the page says.
const (
	StepUpCopy    = "stepup.copy"
	TitleCopy     = "received.copy"
	TitleCopyFile = "copy_file.title"
)
