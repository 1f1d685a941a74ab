-- +goose Up
-- What one side of a referral did, until somebody of the other has seen it.
ALTER TABLE referral ADD COLUMN desk_news TEXT NOT NULL DEFAULT '';
ALTER TABLE referral ADD COLUMN centre_news TEXT NOT NULL DEFAULT '';
-- When a woman and her desk meet.
CREATE TABLE appointment (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  case_id TEXT NOT NULL,
  unit TEXT NOT NULL,
  author TEXT NOT NULL,
  day TEXT NOT NULL,
  state TEXT NOT NULL,
  key_version INTEGER NOT NULL,
  body BLOB
) STRICT;
CREATE INDEX appointment_case ON appointment (case_id);
CREATE INDEX appointment_day ON appointment (unit, state, day);
