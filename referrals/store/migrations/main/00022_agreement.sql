-- +goose Up
-- The agreement with an agency's staff on what the log keeps of them.
ALTER TABLE agency ADD COLUMN agreement_kind TEXT NOT NULL DEFAULT '';
ALTER TABLE agency ADD COLUMN agreement_day TEXT NOT NULL DEFAULT '';
ALTER TABLE agency ADD COLUMN agreement_ref TEXT NOT NULL DEFAULT '';
-- The cases that are walled off from somebody, whatever their unit.
CREATE INDEX case_walled ON case_file (id) WHERE walled <> '';
