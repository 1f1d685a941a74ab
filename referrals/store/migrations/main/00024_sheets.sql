-- +goose Up
-- Which sheet a woman was read or took along.
CREATE TABLE sheet_given (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  case_id TEXT NOT NULL,
  author TEXT NOT NULL,
  day TEXT NOT NULL,
  key_version INTEGER NOT NULL,
  body BLOB
) STRICT;
CREATE INDEX sheet_given_case ON sheet_given (case_id);
