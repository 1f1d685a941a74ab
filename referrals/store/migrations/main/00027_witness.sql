-- +goose Up
-- Who, outside a unit, may give the second word where a file is to be hidden from its lead.
ALTER TABLE unit ADD COLUMN witness TEXT NOT NULL DEFAULT '';
-- The day on which she gave it: who asked carries it out then.
ALTER TABLE wall_proposal ADD COLUMN agreed TEXT NOT NULL DEFAULT '';
CREATE INDEX wall_proposal_agreed ON wall_proposal (author, agreed) WHERE agreed <> '';
