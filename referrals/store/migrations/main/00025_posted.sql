-- +goose Up
-- What the house has on its board, version by version: emergency numbers, services on
-- call, the hours of units, duties.
CREATE TABLE posted (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  entry TEXT NOT NULL,
  edition INTEGER NOT NULL,
  kind TEXT NOT NULL,
  unit TEXT NOT NULL,
  name TEXT NOT NULL,
  phone TEXT NOT NULL,
  hours TEXT NOT NULL,
  note TEXT NOT NULL,
  tried TEXT NOT NULL,
  until TEXT NOT NULL,
  starts TEXT NOT NULL,
  ended INTEGER NOT NULL,
  made_by TEXT NOT NULL,
  role TEXT NOT NULL,
  day TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX posted_entry ON posted (entry, edition);
