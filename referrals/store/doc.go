// Package store keeps casework in SQLite or PostgreSQL; it sees sensitive
// fields only as ciphertext.
//
// Every row it hands out is the one that the log names as newest, and every
// write is durable, with its leaf, before it is answered. It does not keep
// secrets from somebody who can read its files beyond what the ciphertext
// keeps: ids, codes and days are plain (policies/datamap).
package store
