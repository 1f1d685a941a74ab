// Package auditlog is the log as auditors and desks read it: its pages, its proofs, its
// export, its check, and who can open what.
package auditlog
