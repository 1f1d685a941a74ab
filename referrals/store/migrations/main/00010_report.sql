-- +goose Up
-- What somebody else told of a woman, and, apart from it, who told it.
CREATE TABLE report (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  unit TEXT NOT NULL,
  author TEXT NOT NULL,
  worker TEXT NOT NULL,
  day TEXT NOT NULL,
  state TEXT NOT NULL,
  case_id TEXT NOT NULL,
  secret TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  key_version INTEGER NOT NULL,
  key_box BLOB,
  body BLOB
) STRICT;
CREATE TABLE report_source (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  unit TEXT NOT NULL,
  day TEXT NOT NULL,
  secret TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  key_version INTEGER NOT NULL,
  key_box BLOB,
  body BLOB
) STRICT;
CREATE INDEX report_unit ON report (unit, state);
CREATE INDEX report_case ON report (case_id) WHERE case_id <> '';
CREATE INDEX report_day ON report (day);
CREATE INDEX report_source_day ON report_source (day);
