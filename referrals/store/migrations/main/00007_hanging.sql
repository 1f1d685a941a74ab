-- +goose Up
-- What hangs on a case is found by the case, to end and to erase it.
CREATE INDEX case_wrap_case ON case_wrap (case_id);
CREATE INDEX live_consent_case ON live_consent (case_id);
