package conf

import (
	"context"
	"log/slog"
	"slices"
	"strings"

	"sportello/policies/acts"
	"sportello/policies/office"
	"sportello/policies/opening"
)

// Number is an emergency number as a file of texts gives it, Duty what workers may have to
// report.
type (
	Number struct{ Name, Phone, Hours string }
	Duty   struct{ What, ToWhom string }
)

// alwaysOpen are the ways in which files say that a number is answered day and night.
var alwaysOpen = []string{"sempre", "always", "h24", "24h", "24 ore su 24", "24 ore", "0-24"}

// Posted is what a file of texts says of number and duties, for a board that has none; bad
// tells that its number is none that can be dialled, and left out. Hours in words that are
// not day and night stay words: nobody guesses from them.
func Posted(n Number, duties []Duty) (list []acts.Posted, bad bool) {
	p := acts.Posted{Kind: acts.PostedNumber, Name: strings.TrimSpace(n.Name), Phone: office.Dialled(n.Phone), Note: n.Hours}
	if p.Name == "" {
		p.Name = p.Phone
	}
	if slices.Contains(alwaysOpen, strings.ToLower(strings.TrimSpace(n.Hours))) {
		p.Hours, p.Note = opening.Hours{Kind: opening.Always}.Text(), ""
	}
	if p.Phone != "" {
		list = append(list, p)
	}
	for _, d := range duties {
		if what := strings.TrimSpace(d.What); what != "" {
			list = append(list, acts.Posted{Kind: acts.PostedDuty, Name: what, Note: d.ToWhom})
		}
	}
	return list, n.Phone != "" && p.Phone == ""
}

// TakeOver posts what the file says, at the first start that finds none of it on the board,
// and says so. A number that nobody can dial stops no start.
func TakeOver(ctx context.Context, o *office.Office, log *slog.Logger, n Number, duties []Duty) error {
	list, bad := Posted(n, duties)
	if bad {
		log.Warn("the emergency number in the file of texts is no telephone number and was not taken over: it is entered on the page Numeri e orari")
	}
	took, err := o.TakeOver(ctx, list)
	switch {
	case took:
		log.Info("emergency number and duties were taken over from the file of texts; from now on they are changed on the page Numeri e orari")
	case err == nil && len(list) > 0:
		log.Info("emergency number and duties in the file of texts are no longer read: they are kept on the page Numeri e orari")
	}
	return err
}
