-- +goose Up
-- Whose word made somebody a lead, and what each person has seen of what stands
-- on her Agenda until she has.
CREATE TABLE lead_word (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  unit TEXT NOT NULL,
  state TEXT NOT NULL,
  first_by TEXT NOT NULL,
  first_day TEXT NOT NULL,
  before TEXT NOT NULL,
  second_by TEXT NOT NULL,
  second_day TEXT NOT NULL,
  words TEXT NOT NULL
) STRICT;
CREATE INDEX lead_word_unit ON lead_word (unit);
CREATE TABLE seen (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  person TEXT NOT NULL,
  notice TEXT NOT NULL,
  day TEXT NOT NULL
) STRICT;
CREATE INDEX seen_person ON seen (person);
ALTER TABLE unit ADD COLUMN copy_key_version INTEGER NOT NULL DEFAULT 0;
