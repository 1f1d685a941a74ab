-- +goose Up
-- A case walled off from somebody is kept by name for everybody else of its unit.
ALTER TABLE case_file ADD COLUMN all_but INTEGER NOT NULL DEFAULT 0;
-- Who answers for it where a lead is walled off, and who set that.
ALTER TABLE case_file ADD COLUMN stands TEXT NOT NULL DEFAULT '';
ALTER TABLE case_file ADD COLUMN walled_by TEXT NOT NULL DEFAULT '';
-- A wall that concerns a lead waits for the second of two.
CREATE TABLE wall_proposal (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  case_id TEXT NOT NULL,
  unit TEXT NOT NULL,
  author TEXT NOT NULL,
  second TEXT NOT NULL,
  off TEXT NOT NULL,
  back TEXT NOT NULL,
  stands TEXT NOT NULL,
  day TEXT NOT NULL
) STRICT;
CREATE INDEX wall_proposal_case ON wall_proposal (case_id);
CREATE INDEX wall_proposal_second ON wall_proposal (second);
CREATE INDEX wall_proposal_day ON wall_proposal (day);
-- Taking somebody out of a unit waits for the second of two; its id is hers.
CREATE TABLE removal (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  unit TEXT NOT NULL,
  made_by TEXT NOT NULL,
  day TEXT NOT NULL,
  for_cause INTEGER NOT NULL,
  suspended INTEGER NOT NULL,
  witnesses TEXT NOT NULL
) STRICT;
CREATE INDEX removal_unit ON removal (unit);
-- New case files of the unit are restricted unless their worker says otherwise.
ALTER TABLE unit ADD COLUMN restrict_new INTEGER NOT NULL DEFAULT 0;
