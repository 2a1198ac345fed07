-- A user's open sessions are found by their access version, so that those which it ended are not read. Not by last use,
-- as each use would then move an entry.
DROP INDEX session_open;
CREATE INDEX session_open ON session (user, access_version) WHERE ended_at IS NULL;

-- One more reason for an end. "The password was changed" is none any more: that is a change of the access version.
ALTER TABLE session ADD COLUMN ended_why INTEGER CHECK (ended_why BETWEEN 0 AND 4);
UPDATE session SET ended_why = CASE ended_because WHEN 2 THEN 1 ELSE ended_because END WHERE ended_because IS NOT NULL;
ALTER TABLE session DROP COLUMN ended_because;
ALTER TABLE session RENAME COLUMN ended_why TO ended_because;
