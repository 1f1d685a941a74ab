package casework

// NextStep is nextStep, for its test.
var NextStep = nextStep
