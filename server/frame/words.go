package frame

import "sportello/server/words"

// Words lists the codes of a list in the order in which they are offered.
func Words(list string) []string { return words.Of(list) }

// IsWord tells whether a code belongs to a list.
func IsWord(list, value string) bool { return words.Is(list, value) }

// WordKey is the message key of a code. An unknown code is shown as such, not
// as an error: an older program may meet a newer row.
func WordKey(list, value string) string { return words.Key(list, value) }
