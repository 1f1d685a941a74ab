-- +goose Up
-- Which authorisation lives, for a case and whom it is for: one row, so that two
-- at once cannot commit. What each is for is sealed.
CREATE TABLE live_consent (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  case_id TEXT NOT NULL,
  centre TEXT NOT NULL,
  key_version INTEGER NOT NULL,
  body BLOB
) STRICT;
-- After a restore, until the desk confirms it.
ALTER TABLE consent ADD COLUMN shut INTEGER NOT NULL DEFAULT 0;
-- The version its body is sealed for, where it is not the row's: a restore holds no key.
ALTER TABLE consent ADD COLUMN body_version INTEGER NOT NULL DEFAULT 0;
CREATE INDEX consent_shut ON consent (unit) WHERE shut <> 0;
-- The sender's epoch under which a package was first sent: what followed it is
-- looked at before anything is sealed to the sender.
ALTER TABLE referral ADD COLUMN sent_epoch INTEGER NOT NULL DEFAULT 0;
-- The version of a task's key, where it is not that of its body.
ALTER TABLE task ADD COLUMN key_version INTEGER NOT NULL DEFAULT 0;
-- After a restore, until the desk tells her rule again.
ALTER TABLE task ADD COLUMN shut INTEGER NOT NULL DEFAULT 0;
-- The unit that has a task opened a case file of its own from it.
ALTER TABLE task ADD COLUMN own_case INTEGER NOT NULL DEFAULT 0;
