-- The audit log, what a password change spares, and what proves that somebody may set up the first admin.

-- What bears on security, sealed in a chain (`crm-domain/src/audit/chain.rs`). It grows at its end only, and loses what
-- is old at its beginning only; clearing the store leaves it.
CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
    id BLOB NOT NULL CHECK (length(id) = 16),
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    actor BLOB CHECK (length(actor) = 16),
    -- Null with `actor` if nobody is known who did it.
    actor_name TEXT,
    subject BLOB CHECK (length(subject) = 16),
    session BLOB CHECK (length(session) = 16),
    address TEXT,
    request_id TEXT,
    count INTEGER NOT NULL CHECK (count > 0),
    -- A JSON object of texts.
    details TEXT NOT NULL,
    seal BLOB NOT NULL CHECK (length(seal) = 32)
) STRICT;

-- Whether a commit without other traces is known.
CREATE UNIQUE INDEX audit_by_id ON audit (id);
-- The log, newest first: all of it, of one kind, about one account, done by one user, from one address.
CREATE INDEX audit_by_moment ON audit (at, id);
CREATE INDEX audit_by_kind ON audit (kind, at, id);
CREATE INDEX audit_by_subject ON audit (subject, at, id) WHERE subject IS NOT NULL;
CREATE INDEX audit_by_actor ON audit (actor, at, id) WHERE actor IS NOT NULL;
CREATE INDEX audit_by_address ON audit (address, at, id) WHERE address IS NOT NULL;

-- Where the log begins and ends, sealed too. Made with its first entry.
CREATE TABLE audit_head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    anchor INTEGER NOT NULL CHECK (anchor >= 0),
    anchor_seal BLOB NOT NULL CHECK (length(anchor_seal) = 32),
    last INTEGER NOT NULL CHECK (last >= anchor),
    last_seal BLOB NOT NULL CHECK (length(last_seal) = 32),
    seal BLOB NOT NULL CHECK (length(seal) = 32)
) STRICT;

-- Against mistakes; whoever means harm takes these away first, and is found by the seals.
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'an entry of the audit log is never changed');
END;
CREATE TRIGGER audit_goes_from_its_beginning BEFORE DELETE ON audit
WHEN old.sequence > (SELECT coalesce(max(anchor), 0) FROM audit_head)
BEGIN
    SELECT RAISE(ABORT, 'an entry of the audit log goes when it is pruned');
END;

-- The session that outlived its user's last change of password: the only one of an older access version that is good.
ALTER TABLE user ADD COLUMN spared BLOB CHECK (length(spared) = 16);

-- Sessions that are long over, to be forgotten.
CREATE INDEX session_by_expiry ON session (expires_at);

-- SHA-256 of the token that the server's terminal shows while there is no admin.
ALTER TABLE workspace ADD COLUMN setup_token BLOB CHECK (length(setup_token) = 32);
