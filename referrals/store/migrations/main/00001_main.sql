-- +goose Up
-- The log.
CREATE TABLE leaf (
  idx INTEGER PRIMARY KEY,
  body BLOB NOT NULL
) STRICT;
CREATE TABLE leaf_hash (
  idx INTEGER PRIMARY KEY,
  hash BLOB NOT NULL
) STRICT;
CREATE TABLE checkpoint (
  size INTEGER PRIMARY KEY,
  note BLOB NOT NULL
) STRICT;
CREATE TABLE detail (
  idx INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  key_id TEXT NOT NULL,
  sealed BLOB NOT NULL
) STRICT;
CREATE TABLE detail_key (
  id TEXT PRIMARY KEY,
  day TEXT NOT NULL,
  unit TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  wrapped BLOB NOT NULL
) STRICT;
-- Agencies, units, people and their keys; then the casework.
CREATE TABLE agency (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  responsibility TEXT NOT NULL,
  ends TEXT NOT NULL,
  recovery TEXT NOT NULL,
  recovery_epoch INTEGER NOT NULL,
  proposed TEXT NOT NULL,
  proposed_by TEXT NOT NULL
) STRICT;
CREATE TABLE unit (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  agency TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  town TEXT NOT NULL,
  area TEXT NOT NULL,
  hours TEXT NOT NULL,
  languages TEXT NOT NULL,
  phone TEXT NOT NULL,
  needs TEXT NOT NULL,
  cost TEXT NOT NULL,
  lat INTEGER NOT NULL,
  lon INTEGER NOT NULL,
  copy_key TEXT NOT NULL,
  copy_key_by TEXT NOT NULL,
  copy_key_day TEXT NOT NULL
) STRICT;
CREATE TABLE person (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  username TEXT NOT NULL,
  role TEXT NOT NULL,
  agency TEXT NOT NULL,
  unit TEXT NOT NULL,
  state TEXT NOT NULL,
  language TEXT NOT NULL,
  recipient TEXT NOT NULL,
  salt BLOB,
  box BLOB,
  box_version INTEGER NOT NULL,
  wrong_codes INTEGER NOT NULL,
  removed TEXT NOT NULL
) STRICT;
CREATE TABLE unit_epoch (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  unit TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  recipient TEXT NOT NULL,
  identity BLOB,
  commitment BLOB,
  before BLOB,
  mac BLOB,
  made_by TEXT NOT NULL,
  day TEXT NOT NULL,
  cause TEXT NOT NULL
) STRICT;
CREATE TABLE unit_wrap (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  unit TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  person TEXT NOT NULL,
  wrapped BLOB,
  made_by TEXT NOT NULL,
  day TEXT NOT NULL,
  words TEXT NOT NULL
) STRICT;
CREATE TABLE rescue (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  person TEXT NOT NULL,
  recipient TEXT NOT NULL,
  identity BLOB,
  commitment BLOB,
  before BLOB,
  mac BLOB,
  wrapped BLOB,
  day TEXT NOT NULL,
  words TEXT NOT NULL
) STRICT;
CREATE TABLE pin (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  unit TEXT NOT NULL,
  centre TEXT NOT NULL,
  recipient TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  made_by TEXT NOT NULL,
  day TEXT NOT NULL
) STRICT;
CREATE TABLE acquaintance (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  person TEXT NOT NULL,
  colleague TEXT NOT NULL,
  day TEXT NOT NULL
) STRICT;
CREATE TABLE invitation (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  person TEXT NOT NULL,
  token BLOB,
  ends TEXT NOT NULL,
  made_by TEXT NOT NULL,
  state TEXT NOT NULL
) STRICT;
CREATE TABLE contact (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  unit TEXT NOT NULL,
  author TEXT NOT NULL,
  day TEXT NOT NULL,
  state TEXT NOT NULL,
  case_id TEXT NOT NULL,
  secret TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  key_version INTEGER NOT NULL,
  key_box BLOB,
  body BLOB
) STRICT;
CREATE TABLE case_file (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  unit TEXT NOT NULL,
  state TEXT NOT NULL,
  opened_day TEXT NOT NULL,
  last_day TEXT NOT NULL,
  recall_day TEXT NOT NULL,
  secret TEXT NOT NULL,
  card_secret TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  key_version INTEGER NOT NULL,
  key_box BLOB,
  restricted INTEGER NOT NULL,
  named TEXT NOT NULL,
  walled TEXT NOT NULL,
  card BLOB,
  safe BLOB,
  told BLOB,
  identity_id TEXT NOT NULL
) STRICT;
CREATE TABLE case_wrap (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  case_id TEXT NOT NULL,
  person TEXT NOT NULL,
  key_version INTEGER NOT NULL,
  symmetric_wrap INTEGER NOT NULL,
  wrapped BLOB,
  commitment BLOB
) STRICT;
CREATE TABLE case_key (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  case_id TEXT NOT NULL,
  key_version INTEGER NOT NULL,
  wrapped BLOB
) STRICT;
CREATE TABLE identity (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  case_id TEXT NOT NULL,
  secret TEXT NOT NULL,
  key_version INTEGER NOT NULL,
  body BLOB
) STRICT;
CREATE TABLE note (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  case_id TEXT NOT NULL,
  author TEXT NOT NULL,
  day TEXT NOT NULL,
  state TEXT NOT NULL,
  kind TEXT NOT NULL,
  secret TEXT NOT NULL,
  key_version INTEGER NOT NULL,
  body BLOB
) STRICT;
CREATE TABLE note_version (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  note_id TEXT NOT NULL,
  author TEXT NOT NULL,
  day TEXT NOT NULL,
  key_version INTEGER NOT NULL,
  body BLOB
) STRICT;
CREATE TABLE task (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  from_unit TEXT NOT NULL,
  to_unit TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  case_id TEXT NOT NULL,
  worker TEXT NOT NULL,
  taken_day TEXT NOT NULL,
  reason TEXT NOT NULL,
  day TEXT NOT NULL,
  due_day TEXT NOT NULL,
  secret TEXT NOT NULL,
  commitment BLOB,
  from_epoch INTEGER NOT NULL,
  from_wrap BLOB,
  from_box BLOB,
  to_epoch INTEGER NOT NULL,
  to_wrap BLOB,
  to_box BLOB,
  body BLOB,
  body_version INTEGER NOT NULL
) STRICT;
CREATE TABLE consent (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  case_id TEXT NOT NULL,
  unit TEXT NOT NULL,
  centre TEXT NOT NULL,
  state TEXT NOT NULL,
  day TEXT NOT NULL,
  until_day TEXT NOT NULL,
  until_reply INTEGER NOT NULL,
  way TEXT NOT NULL,
  keep_copy INTEGER NOT NULL,
  feedback TEXT NOT NULL,
  text_version TEXT NOT NULL,
  key_version INTEGER NOT NULL,
  body BLOB,
  ended_day TEXT NOT NULL
) STRICT;
CREATE TABLE referral (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  case_id TEXT NOT NULL,
  consent_id TEXT NOT NULL,
  from_unit TEXT NOT NULL,
  to_unit TEXT NOT NULL,
  state TEXT NOT NULL,
  sent_day TEXT NOT NULL,
  until_day TEXT NOT NULL,
  until_reply INTEGER NOT NULL,
  secret TEXT NOT NULL,
  key_version INTEGER NOT NULL,
  commitment BLOB,
  from_epoch INTEGER NOT NULL,
  from_wrap BLOB,
  from_box BLOB,
  to_epoch INTEGER NOT NULL,
  to_wrap BLOB,
  to_box BLOB,
  body BLOB,
  body_version INTEGER NOT NULL,
  safe BLOB,
  safe_version INTEGER NOT NULL,
  safe_day TEXT NOT NULL,
  code TEXT NOT NULL,
  after_answer TEXT NOT NULL,
  feedback TEXT NOT NULL,
  keep_copy INTEGER NOT NULL,
  shut INTEGER NOT NULL
) STRICT;
CREATE TABLE referral_step (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  referral_id TEXT NOT NULL,
  state TEXT NOT NULL,
  unit TEXT NOT NULL,
  day TEXT NOT NULL,
  place INTEGER NOT NULL
) STRICT;
CREATE TABLE message (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  referral_id TEXT NOT NULL,
  unit TEXT NOT NULL,
  author TEXT NOT NULL,
  day TEXT NOT NULL,
  kind TEXT NOT NULL,
  key_version INTEGER NOT NULL,
  body BLOB
) STRICT;
CREATE TABLE declaration (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  person TEXT NOT NULL,
  unit TEXT NOT NULL,
  day TEXT NOT NULL,
  state TEXT NOT NULL,
  secret TEXT NOT NULL,
  commitment BLOB,
  body BLOB
) STRICT;
CREATE TABLE declaration_wrap (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  declaration TEXT NOT NULL,
  person TEXT NOT NULL,
  symmetric_wrap INTEGER NOT NULL,
  wrapped BLOB
) STRICT;
CREATE UNIQUE INDEX person_username ON person (username) WHERE state <> 'removed';
CREATE UNIQUE INDEX agency_name ON agency (name);
CREATE UNIQUE INDEX unit_name ON unit (agency, name);
CREATE UNIQUE INDEX unit_audit ON unit (kind) WHERE kind = 'audit';
CREATE INDEX person_unit ON person (unit);
CREATE INDEX unit_wrap_person ON unit_wrap (person);
CREATE INDEX unit_wrap_epoch ON unit_wrap (unit, epoch);
CREATE INDEX pin_unit ON pin (unit);
CREATE INDEX acquaintance_person ON acquaintance (person);
CREATE UNIQUE INDEX invitation_token ON invitation (token);
CREATE INDEX contact_open ON contact (unit) WHERE state = 'open';
CREATE INDEX contact_unlinked ON contact (unit) WHERE state = 'unlinked';
CREATE INDEX contact_case ON contact (case_id) WHERE case_id <> '';
CREATE INDEX case_unit ON case_file (unit);
CREATE INDEX case_recall ON case_file (unit, recall_day) WHERE recall_day <> '';
CREATE INDEX case_key_case ON case_key (case_id);
CREATE INDEX case_wrap_person ON case_wrap (person);
CREATE INDEX note_case ON note (case_id);
CREATE INDEX note_version_note ON note_version (note_id);
CREATE INDEX task_unit ON task (to_unit, state);
CREATE INDEX task_from ON task (from_unit, state);
CREATE INDEX task_case ON task (case_id) WHERE case_id <> '';
CREATE UNIQUE INDEX referral_consent ON referral (consent_id);
CREATE INDEX consent_case ON consent (case_id);
CREATE INDEX referral_case ON referral (case_id);
CREATE INDEX referral_from ON referral (from_unit);
CREATE INDEX referral_to ON referral (to_unit);
CREATE INDEX step_referral ON referral_step (referral_id);
CREATE INDEX message_referral ON message (referral_id);
CREATE INDEX declaration_person ON declaration (person);
CREATE INDEX declaration_unit ON declaration (unit, state);
CREATE INDEX declaration_wrap_person ON declaration_wrap (person);
CREATE INDEX declaration_wrap_declaration ON declaration_wrap (declaration);
