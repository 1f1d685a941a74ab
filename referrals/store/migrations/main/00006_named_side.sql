-- +goose Up
-- The version of the case's key under which the sender of a record keeps its side,
-- where the case is restricted to people; 0 where the whole unit keeps it.
ALTER TABLE referral ADD COLUMN from_case_key INTEGER NOT NULL DEFAULT 0;
-- Whom the other unit then seals a new key to, under the referral's key.
ALTER TABLE referral ADD COLUMN from_reply BLOB;
-- A new key is due with the next word: somebody who may not read on holds this one.
ALTER TABLE referral ADD COLUMN key_due INTEGER NOT NULL DEFAULT 0;
ALTER TABLE task ADD COLUMN from_case_key INTEGER NOT NULL DEFAULT 0;
