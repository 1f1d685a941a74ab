-- +goose Up
-- The cards of records that stand without a case file.
CREATE TABLE card (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  unit TEXT NOT NULL,
  kind TEXT NOT NULL,
  parent TEXT NOT NULL,
  until TEXT NOT NULL,
  now_day TEXT NOT NULL,
  secret TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  box BLOB
) STRICT;
CREATE INDEX card_unit ON card (unit);
CREATE INDEX card_now ON card (unit, now_day) WHERE now_day <> '';
CREATE INDEX card_parent ON card (parent);
CREATE INDEX card_until ON card (until) WHERE until <> '';
-- Since when somebody has to look at a case file.
ALTER TABLE case_file ADD COLUMN now_day TEXT NOT NULL DEFAULT '';
CREATE INDEX case_now ON case_file (unit, now_day) WHERE now_day <> '';
