// Package cards is the sealed index cards that lists, search and the Agenda read: those of
// case files (Each), which stand in a column of their rows, and those of records without a
// file (All), which stand alone.
//
// A search opens every card of the unit that its reader may open, each time: nothing of
// them is kept in clear. So rows are read by one and opened by every processor, 128 at a
// time; shred secrets that were not read before come in one statement for each such batch,
// the keys of restricted cases in one before all; and of a card no more is read than what
// it is compared by, until it is like what was looked for. A card whose row is not what the
// log names is left out, and the others are found. Cards of files that are joined are kept
// until all were opened, and looked at as one.
package cards
