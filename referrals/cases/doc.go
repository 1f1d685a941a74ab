// Package cases is the casework inside one unit: contacts, case files and what stands
// in them, calls to be made, search, and whom a worker should not be given.
package cases
