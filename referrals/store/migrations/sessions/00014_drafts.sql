-- +goose Up
-- Two pages that stood open as a session ended leave a draft each.
CREATE TABLE drafts (
  id TEXT PRIMARY KEY,
  person TEXT NOT NULL,
  ends INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  late INTEGER NOT NULL,
  at INTEGER NOT NULL,
  mac BLOB NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO drafts SELECT id, person, ends, sealed, late, at, mac FROM draft;
DROP TABLE draft;
ALTER TABLE drafts RENAME TO draft;
CREATE INDEX draft_person ON draft (person);
