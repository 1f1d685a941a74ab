package store

import (
	"context"
	"time"
)

// PaceStep is the step of the service: several times what a refused act takes.
const PaceStep = 25 * time.Millisecond

// Pace makes what evens out how long refused acts take: each ends on a whole step
// after it began, so that what may not be known of and what is not there take the
// same time from outside, whatever was read and compared on the way.
func Pace(step time.Duration) func() func(context.Context) {
	return func() func(context.Context) {
		begun := time.Now()
		return func(ctx context.Context) {
			t := time.NewTimer(step - time.Since(begun)%step)
			defer t.Stop()
			select {
			case <-t.C:
			case <-ctx.Done():
			}
		}
	}
}
