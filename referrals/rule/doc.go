// Package rule is a woman's safe-contact rule: how she may be reached and when, what
// another unit gets of it, and what is left of that when it changes. It is plain
// data and decides without a clock, a key or a row of its own.
package rule
