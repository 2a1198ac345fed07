-- How far the keys that records are sorted and searched by have been rebuilt, while that is under way; see
-- `rebuild_search_keys.rs`. No row at any other time.
CREATE TABLE search_rebuild (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    -- The version of the normalization that the keys are rebuilt for.
    fold_version INTEGER NOT NULL,
    -- The kind of record that is being rebuilt, in the order of the program, and the last row number that is done.
    kind INTEGER NOT NULL,
    last INTEGER NOT NULL,
    done INTEGER NOT NULL,
    total INTEGER NOT NULL
) STRICT;
