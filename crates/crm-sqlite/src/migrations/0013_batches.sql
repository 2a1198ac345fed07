-- A note outlives its deleted customer until a batch removes it, so that it no longer references one.
CREATE TABLE note_of_any_customer (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL CHECK (length(id) = 16),
    customer BLOB NOT NULL CHECK (length(customer) = 16),
    author BLOB NOT NULL CHECK (length(author) = 16),
    text TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    edited_at INTEGER
) STRICT;
INSERT INTO note_of_any_customer (n, id, customer, author, text, created_at, edited_at)
SELECT n, id, customer, author, text, created_at, edited_at FROM note ORDER BY n;
DROP TABLE note;
ALTER TABLE note_of_any_customer RENAME TO note;

-- One note.
CREATE UNIQUE INDEX note_by_id ON note (id);
-- A customer's notes, newest first; their removal after its deletion.
CREATE INDEX note_by_customer ON note (customer, created_at, id);

-- Deleted customers of which notes are still to be removed or open tasks to be completed.
CREATE TABLE customer_cleanup (
    customer BLOB NOT NULL PRIMARY KEY CHECK (length(customer) = 16),
    deleted_by BLOB NOT NULL CHECK (length(deleted_by) = 16),
    deleted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A finished hand-over stays on record: its user's admins read how much was moved.
ALTER TABLE transfer ADD COLUMN finished_at INTEGER;
