package casework

import (
	"sportello/referrals"
)

func identityWord(v referrals.CaseView) string {
	switch {
	case v.Identity == nil && v.Card.Alias == "":
		return "anonymous"
	case v.Identity == nil:
		return "alias"
	case v.Identity.Name == "" || v.Identity.Surname == "":
		return "partial"
	}
	return "identified"
}
