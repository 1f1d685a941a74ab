// Package crypto seals case data for the people who may read it, and holds
// every cryptographic choice of the project: no other package names a cipher,
// a hash or a size.
//
// It protects the text of a case from anyone who copies the database, its
// backups or its logs, and it notices when a sealed value was moved to another
// row, column or version, or changed in any bit. What was recorded today stays
// closed to a quantum computer of tomorrow: people and units hold age hybrid
// keys (ML-KEM-768 with X25519).
//
// It does not hide how many records exist, when they changed, or their size
// beyond its bucket. It does not prove who wrote a sealed file: age has no
// sender, so that comes from the signed log (policies/audit). It does not
// notice a whole row put back as it once was: that is [RowDigest] together with
// the log. It does not wipe keys from memory, since Go copies values as it
// likes; whoever reads the memory of the running server reads its keys.
//
// # Byte strings
//
// Wherever several values become one, each is preceded by its length in bytes,
// as eight bytes, most significant first. Numbers are eight bytes, two's
// complement, most significant first. So no two lists of values share an
// encoding. Every use starts with a [Label] of its own.
//
// The vectors in testdata were checked by a second implementation
// (testdata/reproduce.mjs), which shares no code with this one.
package crypto
