-- +goose Up
-- Two files of one woman in one unit, joined: the second's id, and the first.
CREATE TABLE case_join (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  first TEXT NOT NULL,
  unit TEXT NOT NULL,
  day TEXT NOT NULL,
  secret TEXT NOT NULL,
  key_version INTEGER NOT NULL,
  body BLOB
) STRICT;
CREATE INDEX case_join_first ON case_join (first);
CREATE INDEX case_join_unit ON case_join (unit);
