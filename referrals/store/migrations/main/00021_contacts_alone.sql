-- +goose Up
-- Contacts that led to no case, by the day on which they began: they go after a year.
CREATE INDEX contact_alone ON contact (day) WHERE case_id = '';
