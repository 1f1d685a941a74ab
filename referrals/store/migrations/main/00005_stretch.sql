-- +goose Up
-- The version of how a person's passphrase is stretched; 0 is how it always was.
ALTER TABLE person ADD COLUMN stretch INTEGER NOT NULL DEFAULT 0;
