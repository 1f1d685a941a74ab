package frame

// ExitPage is "exit": what stays on the screen after leaving at once.
type ExitPage struct{ Page }
