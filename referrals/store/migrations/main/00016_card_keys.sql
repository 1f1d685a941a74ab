-- +goose Up
-- What a search reads of the keys of restricted cases stands in the index: the rows lie
-- among those that are kept for the recovery, which are ten times as long. Keys that
-- came by age are few, and gone when she next signs in.
CREATE INDEX case_wrap_own ON case_wrap (person, symmetric_wrap, case_id, id, version, key_version, wrapped, commitment) WHERE symmetric_wrap = 1;
CREATE INDEX case_wrap_sent ON case_wrap (person) WHERE symmetric_wrap = 0;
