// Package referrals is the casework. Everything that touches case data goes through
// [Desk]; each act is decided, recorded and done in one transaction. How a record is
// kept stands in kept, what happens inside a unit in cases, what others tell it in
// reports, what two units share in sharing, the log in auditlog; here stands what joins
// them.
//
// It keeps what a woman tells readable only by the people of the unit she told
// it to, and by the centre she chose, for as long as she agrees. It does not
// protect what was already read or written down elsewhere.
package referrals
