-- +goose Up
-- Recovery belongs to the unit: who keeps its offline identity is for its own
-- members to say. What agencies had stays where it was and is wrapped to no more.
CREATE TABLE unit_recovery (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  in_force TEXT NOT NULL,
  number INTEGER NOT NULL,
  changed TEXT NOT NULL,
  changed_by TEXT NOT NULL,
  proposed TEXT NOT NULL,
  proposed_by TEXT NOT NULL,
  proposed_day TEXT NOT NULL,
  witnesses TEXT NOT NULL,
  words_by TEXT NOT NULL
) STRICT;
ALTER TABLE case_wrap ADD COLUMN recovery INTEGER NOT NULL DEFAULT 0;
