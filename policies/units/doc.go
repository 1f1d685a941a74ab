// Package units keeps the units: who founded one, who is a member, who holds its keys
// and those of its recovery, and on whose word; and whose words one unit compared
// with another's.
//
// It protects the keys of units: one is wrapped to nobody whose words a member did not
// hear, a public key is used only when a leaf under the signed checkpoint names its
// row, and every change of members or recovery draws a new one. It does not protect
// against two members of a unit who agree.
package units
