package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sportello/crypto"
	"sportello/policies/acts"
)

// pages keeps what one page of a sign-in leaves for the next.
type pages struct{ *base }

// What waits between two pages, by kind. Each kind opens only as itself.
const (
	keptLogin      = "login"
	keptInvitation = "invitation"
	keptFactor     = "factor"
	keptFounding   = "founding"
	keptAlone      = "alone"
)

// issue seals what one page leaves for the next under a cookie that only the
// browser has: the sessions file alone opens nothing of it.
func (d *pages) issue(ctx context.Context, kind string, lasts time.Duration, v any) (cookie string, err error) {
	cookie, _, _ = d.newToken()
	return cookie, d.issueUnder(ctx, kind, cookie, lasts, v)
}

// issueUnder is issue under a cookie that there is already.
func (d *pages) issueUnder(ctx context.Context, kind, cookie string, lasts time.Duration, v any) error {
	hash, key, err := parseToken(cookie)
	if err != nil {
		return err
	}
	row := &acts.PendingRow{Hash: hash, Kind: kind, Ends: d.gate.Now().Add(lasts).Unix()}
	if row.Sealed, err = d.keptKey(key, kind, hash).SealValue(tokenBinding("pending-"+kind, hash, 1), v); err != nil {
		return err
	}
	return d.store.PutPending(ctx, row)
}

// keptKey is the key of one kind.
func (d *pages) keptKey(part crypto.Key, kind string, hash []byte) crypto.Key {
	return d.sessionKey(part, hash).Derive(crypto.LabelLogin, []byte("pending-"+kind))
}

// kept opens what an earlier page left. ErrOver when it ended, was taken, or is
// of another kind.
func (d *pages) kept(ctx context.Context, kind, cookie string, v any) error {
	hash, key, err := parseToken(cookie)
	if err != nil {
		return ErrOver
	}
	row, err := d.store.Pending(ctx, hash)
	if errors.Is(err, acts.ErrNoRow) || err == nil && (row.Ends <= d.gate.Now().Unix() || row.Kind != kind) {
		return ErrOver
	}
	if err != nil {
		return fmt.Errorf("reading what an earlier page left: %w", err)
	}
	if err := d.keptKey(key, kind, hash).OpenValue(tokenBinding("pending-"+kind, hash, 1), row.Sealed, v); err != nil {
		return ErrOver
	}
	return nil
}

// take removes what an earlier page left: of two at once, one gets it and the
// other is told ErrOver.
func (d *pages) take(ctx context.Context, cookie string) error {
	hash, _, err := parseToken(cookie)
	if err != nil {
		return ErrOver
	}
	if _, err := d.store.TakePending(ctx, hash); errors.Is(err, acts.ErrNoRow) {
		return ErrOver
	} else if err != nil {
		return fmt.Errorf("taking what an earlier page left: %w", err)
	}
	return nil
}
