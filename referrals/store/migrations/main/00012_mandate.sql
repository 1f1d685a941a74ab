-- +goose Up
-- For whom an agency works, and which municipalities a unit is there for.
CREATE TABLE mandate (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  agency TEXT NOT NULL,
  towns TEXT NOT NULL,
  controller TEXT NOT NULL,
  protocol TEXT NOT NULL,
  ends TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX mandate_name ON mandate (agency, controller, protocol);
ALTER TABLE unit ADD COLUMN territory TEXT NOT NULL DEFAULT '';
