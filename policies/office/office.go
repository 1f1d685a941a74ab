package office

import "sportello/policies/units"

// Office enters what a house is made of: agencies, units and people. Nobody in it
// holds a key.
type Office struct{ house *units.House }

// New is the office of a house.
func New(house *units.House) *Office { return &Office{house} }
