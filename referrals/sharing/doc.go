// Package sharing is what one unit shares with another by a woman's leave:
// authorisations, referrals and their messages, the centre's inbox, the tasks of a
// social service, and how a changed safe-contact rule reaches whoever knows her.
package sharing
