-- The first schema.
--
-- Ids are UUIDs in 16 bytes, moments are milliseconds since 1970 in UTC, flags are 0 and 1, and what can have one of
-- a few values is a small number (see `rows/codes.rs`). Each record has a row number `n` beside its id, by which the
-- tables of tags and of search refer to it.
-- `…_key` columns hold folded text; the version of the fold that made them stands in `workspace`.
-- No foreign key leads to `user`: users are never deleted. None leads from tags: they are written with their record.

CREATE TABLE workspace (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    zone TEXT NOT NULL,
    set_up INTEGER NOT NULL CHECK (set_up IN (0, 1)),
    fold_version INTEGER NOT NULL
) STRICT;

-- Version 0 of the fold: what there is, is folded when the store is opened.
INSERT INTO workspace (one, zone, set_up, fold_version) VALUES (1, 'UTC', 0, 0);

CREATE TABLE user (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL CHECK (length(id) = 16),
    version INTEGER NOT NULL CHECK (version > 0),
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    role INTEGER NOT NULL CHECK (role IN (0, 1)),
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    password TEXT NOT NULL,
    access_version INTEGER NOT NULL CHECK (access_version >= 0),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    name_key TEXT NOT NULL,
    search_key TEXT NOT NULL
) STRICT;

-- One user.
CREATE UNIQUE INDEX user_by_id ON user (id);
-- Sign-in; the list sorted by email.
CREATE UNIQUE INDEX user_by_email ON user (email);
-- The list in its own order, and with any filter.
CREATE INDEX user_by_creation ON user (created_at, id);
-- The list sorted by name.
CREATE INDEX user_by_name ON user (name_key, id);
-- Another admin than this one.
CREATE INDEX user_active_admins ON user (id) WHERE active = 1 AND role = 0;

CREATE TABLE session (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL CHECK (length(id) = 16),
    -- The commit that made it: a sign-in has no event by which its repetition could be recognised.
    commit_id BLOB NOT NULL CHECK (length(commit_id) = 16),
    user BLOB NOT NULL CHECK (length(user) = 16),
    fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
    access_version INTEGER NOT NULL CHECK (access_version >= 0),
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    address TEXT,
    user_agent TEXT,
    ended_at INTEGER
) STRICT;

-- One session.
CREATE UNIQUE INDEX session_by_id ON session (id);
-- The session of a refresh token.
CREATE UNIQUE INDEX session_by_fingerprint ON session (fingerprint);
-- A user's sessions. Not by last use, as each use would then move an entry.
CREATE INDEX session_open ON session (user) WHERE ended_at IS NULL;
-- What memory holds of ended sessions.
CREATE INDEX session_ended ON session (ended_at, id) WHERE ended_at IS NOT NULL;

CREATE TABLE lead (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL CHECK (length(id) = 16),
    version INTEGER NOT NULL CHECK (version > 0),
    name TEXT NOT NULL,
    email TEXT,
    phone TEXT,
    company TEXT,
    status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 3),
    source TEXT NOT NULL,
    -- A JSON array of texts.
    tags TEXT NOT NULL,
    -- Nobody's if null.
    owner BLOB CHECK (length(owner) = 16),
    archived INTEGER NOT NULL CHECK (archived IN (0, 1)),
    customer BLOB CHECK (length(customer) = 16),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    name_key TEXT NOT NULL,
    source_key TEXT NOT NULL,
    search_key TEXT NOT NULL
) STRICT;

-- One lead.
CREATE UNIQUE INDEX lead_by_id ON lead (id);
-- The list in its own order: everybody's or one owner's, of any or of given statuses.
CREATE INDEX lead_by_update ON lead (archived, updated_at, id);
CREATE INDEX lead_by_owner ON lead (owner, archived, updated_at, id);
CREATE INDEX lead_by_status ON lead (status, archived, updated_at, id);
CREATE INDEX lead_by_owner_status ON lead (owner, status, archived, updated_at, id);
-- The list sorted by creation; created in a stretch of time.
CREATE INDEX lead_by_creation ON lead (created_at, id);
-- The list sorted by name.
CREATE INDEX lead_by_name ON lead (name_key, id);
-- From a source.
CREATE INDEX lead_by_source ON lead (source_key);

-- With a tag, folded.
CREATE TABLE lead_tag (
    tag TEXT NOT NULL,
    lead INTEGER NOT NULL,
    PRIMARY KEY (tag, lead)
) STRICT, WITHOUT ROWID;

-- The grams of a lead's search key and a word for its owner; see `search.rs`.
CREATE VIRTUAL TABLE lead_search USING fts5 (
    grams, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);

CREATE TABLE customer (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL CHECK (length(id) = 16),
    version INTEGER NOT NULL CHECK (version > 0),
    name TEXT NOT NULL,
    company TEXT,
    email TEXT,
    phone TEXT,
    -- A JSON array of texts.
    tags TEXT NOT NULL,
    owner BLOB NOT NULL CHECK (length(owner) = 16),
    lead BLOB CHECK (length(lead) = 16),
    notes_count INTEGER NOT NULL CHECK (notes_count >= 0),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    name_key TEXT NOT NULL,
    search_key TEXT NOT NULL
) STRICT;

-- One customer.
CREATE UNIQUE INDEX customer_by_id ON customer (id);
-- The list in its own order: everybody's or one owner's.
CREATE INDEX customer_by_update ON customer (updated_at, id);
CREATE INDEX customer_by_owner ON customer (owner, updated_at, id);
-- The list sorted by creation.
CREATE INDEX customer_by_creation ON customer (created_at, id);
-- The list sorted by name.
CREATE INDEX customer_by_name ON customer (name_key, id);

-- With a tag, folded.
CREATE TABLE customer_tag (
    tag TEXT NOT NULL,
    customer INTEGER NOT NULL,
    PRIMARY KEY (tag, customer)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE customer_search USING fts5 (
    grams, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);

CREATE TABLE note (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL CHECK (length(id) = 16),
    customer BLOB NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    author BLOB NOT NULL CHECK (length(author) = 16),
    text TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    edited_at INTEGER
) STRICT;

-- One note.
CREATE UNIQUE INDEX note_by_id ON note (id);
-- A customer's notes, newest first; their deletion with it.
CREATE INDEX note_by_customer ON note (customer, created_at, id);

CREATE TABLE task (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL CHECK (length(id) = 16),
    version INTEGER NOT NULL CHECK (version > 0),
    title TEXT NOT NULL,
    description TEXT,
    -- As it was meant: an instant, or a plain date.
    due_text TEXT NOT NULL,
    status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 2),
    completed_at INTEGER CHECK ((completed_at IS NULL) = (status <> 2)),
    priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 2),
    related_kind INTEGER CHECK (related_kind IN (0, 1)),
    related_id BLOB CHECK (length(related_id) = 16 AND (related_id IS NULL) = (related_kind IS NULL)),
    owner BLOB NOT NULL CHECK (length(owner) = 16),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    -- The last moment that is not too late, under the workspace's calendar.
    due_at INTEGER NOT NULL,
    search_key TEXT NOT NULL
) STRICT;

-- One task.
CREATE UNIQUE INDEX task_by_id ON task (id);
-- The list in its own order, and what is due in a stretch of time: everybody's or one owner's. For several statuses
-- their walks are merged.
CREATE INDEX task_by_due ON task (status, due_at, id);
CREATE INDEX task_by_owner ON task (owner, status, due_at, id);
-- About a record; a customer's open tasks.
CREATE INDEX task_by_related ON task (related_id, status) WHERE related_id IS NOT NULL;
-- The list in its other orders.
CREATE INDEX task_by_creation ON task (created_at, id);
CREATE INDEX task_by_update ON task (updated_at, id);
CREATE INDEX task_by_priority ON task (priority, id);

CREATE VIRTUAL TABLE task_search USING fts5 (
    grams, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);

CREATE TABLE activity (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL CHECK (length(id) = 16),
    commit_id BLOB NOT NULL CHECK (length(commit_id) = 16),
    -- Which of its commit's events it is, from 0.
    ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL,
    actor BLOB NOT NULL CHECK (length(actor) = 16),
    actor_name TEXT NOT NULL,
    actor_role INTEGER NOT NULL CHECK (actor_role IN (0, 1)),
    entity_kind INTEGER NOT NULL CHECK (entity_kind BETWEEN 0 AND 3),
    entity_id BLOB NOT NULL CHECK (length(entity_id) = 16),
    entity_version INTEGER NOT NULL CHECK (entity_version > 0),
    message TEXT NOT NULL,
    -- A JSON array of arrays: field, before, after.
    meta TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- The ids of its audience, one after the other.
    audience BLOB NOT NULL CHECK (length(audience) % 16 = 0)
) STRICT;

CREATE UNIQUE INDEX activity_by_id ON activity (id);
-- Whether a commit is known.
CREATE UNIQUE INDEX activity_by_commit ON activity (commit_id, ordinal);
-- A record's history; one event for each version.
CREATE UNIQUE INDEX activity_by_entity ON activity (entity_id, entity_kind, entity_version);
-- The feed of those who see everything.
CREATE INDEX activity_by_moment ON activity (at, id);
-- The same, of one type, about one kind of record, or caused by one user. New events stand at the end of each.
CREATE INDEX activity_by_kind ON activity (kind, at, id);
CREATE INDEX activity_by_entity_kind ON activity (entity_kind, at, id);
CREATE INDEX activity_by_actor ON activity (actor, at, id);

-- The feed of those who see what concerns them.
CREATE TABLE activity_audience (
    user BLOB NOT NULL,
    at INTEGER NOT NULL,
    id BLOB NOT NULL,
    activity INTEGER NOT NULL,
    PRIMARY KEY (user, at, id)
) STRICT, WITHOUT ROWID;

-- The counters; see `tallies.rs`.
CREATE TABLE tally (
    kind INTEGER NOT NULL,
    owner BLOB NOT NULL,
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (kind, owner, a, b)
) STRICT, WITHOUT ROWID;

-- Hand-overs that were begun and are not over.
CREATE TABLE transfer (
    from_user BLOB NOT NULL PRIMARY KEY CHECK (length(from_user) = 16),
    to_user BLOB NOT NULL CHECK (length(to_user) = 16),
    by_user BLOB NOT NULL CHECK (length(by_user) = 16),
    begun_at INTEGER NOT NULL,
    leads INTEGER NOT NULL CHECK (leads >= 0),
    customers INTEGER NOT NULL CHECK (customers >= 0),
    tasks INTEGER NOT NULL CHECK (tasks >= 0)
) STRICT, WITHOUT ROWID;

-- Answers kept for requests that may be repeated.
CREATE TABLE replay (
    user BLOB NOT NULL CHECK (length(user) = 16),
    target TEXT NOT NULL,
    key TEXT NOT NULL,
    body_hash BLOB NOT NULL CHECK (length(body_hash) = 32),
    status INTEGER NOT NULL,
    body BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (user, target, key)
) STRICT;

-- Which can be forgotten.
CREATE INDEX replay_by_end ON replay (expires_at);
