// Package reports is what others tell of a woman, a neighbour, the police or a school:
// who told it, what is done about it, and how it comes into her file when she wants it.
package reports
