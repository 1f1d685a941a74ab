package crypto

// Label separates the uses of one key: what is derived under one label says
// nothing about what is derived under another. A label is written once, here,
// and never changes its meaning; a new meaning gets a new label.
type Label string

const (
	// LabelUnitKey derives a unit's symmetric key from the unit's identity.
	LabelUnitKey Label = "sportello/v1/unit-key"
	// LabelUnitMAC authenticates a unit's next epoch under the one before.
	LabelUnitMAC Label = "sportello/v1/unit-mac"
	// LabelPrevEpoch seals the identity of the epoch before under the unit key.
	LabelPrevEpoch Label = "sportello/v1/previous-epoch"
	// LabelCaseWrap keeps case keys under the unit key.
	LabelCaseWrap Label = "sportello/v1/case-wrap"
	// LabelData derives, with the shred secret as salt, what seals the fields of a case.
	LabelData Label = "sportello/v1/data"
	// LabelShown derives, with the shred secret as salt, what marks an item that she was shown.
	LabelShown Label = "sportello/v1/shown"
	// LabelCard derives, with the shred secret as salt, what seals an index card.
	LabelCard Label = "sportello/v1/card"
	// LabelReferralWrap keeps referral keys under a unit key.
	LabelReferralWrap Label = "sportello/v1/referral-wrap"
	// LabelReferralData derives, with the shred secret as salt, what seals a referral.
	LabelReferralData Label = "sportello/v1/referral-data"
	// LabelTaskData derives, with the shred secret as salt, what seals a task package.
	LabelTaskData Label = "sportello/v1/task-data"
	// LabelPerson derives from a person's identity what keeps records restricted to her.
	LabelPerson Label = "sportello/v1/person"
	// LabelSession derives from the cookie's key part and the session key file what seals a session.
	LabelSession Label = "sportello/v1/session"
	// LabelDraft seals drafts kept for a person who was signed out.
	LabelDraft Label = "sportello/v1/draft"
	// LabelAnswer derives, from the cookie of a browser, what seals the pages that answered its forms.
	LabelAnswer Label = "sportello/v1/answer"
	// LabelDetail derives, with the shred secret as salt, what seals a log detail.
	LabelDetail Label = "sportello/v1/detail"
	// LabelCode marks a woman's code in the log's details, under a key file.
	LabelCode Label = "sportello/v1/code"
	// LabelCodeKey tells one key of such marks from another.
	LabelCodeKey Label = "sportello/v1/code-key"
	// LabelFormToken authenticates forms against requests from other sites.
	LabelFormToken Label = "sportello/v1/form-token"
	// LabelThrottle hides usernames and addresses in throttle counters.
	LabelThrottle Label = "sportello/v1/throttle"
	// LabelLogin seals the key encryption key between the passphrase page and the code page.
	LabelLogin Label = "sportello/v1/login"

	labelCommitment Label = "sportello/v1/commitment"
	labelField      Label = "sportello/v1/field"
	labelWrap       Label = "sportello/v1/wrap"
	labelPadded     Label = "sportello/v1/padded"
	labelKEK        Label = "sportello/v1/kek"
	labelWords      Label = "sportello/v1/words"
	labelRow        Label = "sportello/v1/row"
)
