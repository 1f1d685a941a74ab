// Package accounts is the way in: it turns a passphrase, a one-time code or a session
// cookie into an [acts.Caller].
//
// It protects who somebody is: no passphrase hash is stored (a box that opens is the
// check), a person's identity is never in an ordinary session, and a session stands
// as the log says. It does not protect against somebody who controls the running
// server while people work on it, nor against a passphrase told to somebody else.
package accounts
