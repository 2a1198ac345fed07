-- An import that was begun and is not known to be whole: until it is, the store is not to be served.

CREATE TABLE arrival (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    -- Which try it is.
    id BLOB NOT NULL CHECK (length(id) = 16),
    -- What an operator types to begin it anew.
    command TEXT NOT NULL
) STRICT;
