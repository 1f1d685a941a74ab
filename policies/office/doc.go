// Package office enters what a house is made of: agencies, units, people and their
// invitations. Nobody in it holds a key.
package office
