-- +goose Up
-- From here on a file says by its version what its boxes hold.
SELECT 1;
