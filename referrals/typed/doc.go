// Package typed is what a form brings: the id it was drawn with, the limits of its
// fields, and the error that names those that do not fit.
package typed
