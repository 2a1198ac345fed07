-- Which refresh tokens of a session are good, and why a session was ended. A session from before goes on with the token
-- it has, which is its first; one that was ended says that it was (1) and not by what.

-- Null while it lasts, as `ended_at`.
ALTER TABLE session ADD COLUMN ended_because INTEGER CHECK (ended_because BETWEEN 0 AND 3);
-- The token in use: how many came before it, and which of the successors of one token it is.
ALTER TABLE session ADD COLUMN generation INTEGER NOT NULL DEFAULT 0 CHECK (generation BETWEEN 0 AND 4294967295);
ALTER TABLE session ADD COLUMN sibling INTEGER NOT NULL DEFAULT 0 CHECK (sibling BETWEEN 0 AND 4294967295);
-- When and by which device it came into use; null for the first.
ALTER TABLE session ADD COLUMN confirmed_at INTEGER;
ALTER TABLE session ADD COLUMN confirmed_by BLOB CHECK (length(confirmed_by) = 16);
-- Its last successor and when that was minted; null while there is none.
ALTER TABLE session ADD COLUMN successor INTEGER CHECK (successor BETWEEN 1 AND 4294967295);
ALTER TABLE session ADD COLUMN minted_at INTEGER;

UPDATE session SET ended_because = 1 WHERE ended_at IS NOT NULL;
