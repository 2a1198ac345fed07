-- What is counted of wrong passwords, so that a restart does not forget it. Keys are keyed hashes; nobody is named.
CREATE TABLE throttle (
    kind INTEGER NOT NULL,
    key INTEGER NOT NULL,
    other INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    mark INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (kind, key, other)
) STRICT, WITHOUT ROWID;

-- What was changed since a moment, for whoever follows.
CREATE INDEX throttle_by_change ON throttle (at);
