-- +goose Up
-- Sessions of before stand in no leaf: they have ended, and people sign in again.
DELETE FROM session;
ALTER TABLE session ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE session ADD COLUMN generation INTEGER NOT NULL DEFAULT 1;
-- Nobody could say of a draft of before whether an open session left it.
DROP TABLE draft;
CREATE TABLE draft (
  id TEXT PRIMARY KEY,
  person TEXT NOT NULL,
  ends INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  late INTEGER NOT NULL,
  at INTEGER NOT NULL,
  mac BLOB NOT NULL,
  UNIQUE (person, late)
) STRICT, WITHOUT ROWID;
