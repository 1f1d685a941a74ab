// Package accounts turns a passphrase, a one-time code or a session cookie into
// a [Caller], and a Caller's wish into a decided, recorded act.
//
// It protects the keys of people and units: no passphrase hash is stored (a box
// that opens is the check), a person's identity is never in an ordinary session,
// and a public key is used only when a leaf under the signed checkpoint names
// its row. It does not protect against somebody who controls the running server
// while people work on it, nor against a passphrase told to somebody else.
package accounts
