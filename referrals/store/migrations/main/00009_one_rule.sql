-- +goose Up
-- Nobody contacts her by a record before she was asked: her rule changed where another
-- unit keeps something of her. The id is the record's.
CREATE TABLE call_stop (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  unit TEXT NOT NULL,
  day TEXT NOT NULL,
  stopped INTEGER NOT NULL
) STRICT;
CREATE INDEX call_stop_unit ON call_stop (unit) WHERE stopped <> 0;
-- The task that a case file was opened from: a changed rule goes both ways.
ALTER TABLE case_file ADD COLUMN from_task TEXT NOT NULL DEFAULT '';
CREATE INDEX case_file_task ON case_file (from_task) WHERE from_task <> '';
