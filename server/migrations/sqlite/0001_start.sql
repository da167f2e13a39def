-- The log is the truth; registers, receipts and device heads follow from it and are written with it.
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO meta (name, value) VALUES ('epoch', 1), ('structure', 0);

-- One log for each unit. `restored_at`: place at which it entered the current epoch.
CREATE TABLE scope (
    key TEXT PRIMARY KEY,
    last_seq INTEGER NOT NULL,
    restored_at INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Accepted operations, never altered. `op` is the operation as the phone wrote it (JSON).
CREATE TABLE log (
    scope TEXT NOT NULL REFERENCES scope (key),
    server_seq INTEGER NOT NULL,
    device TEXT NOT NULL,
    incarnation TEXT NOT NULL,
    op_seq INTEGER NOT NULL,
    author TEXT NOT NULL,
    kind TEXT NOT NULL,
    record TEXT NOT NULL,
    field TEXT NOT NULL,
    corrected_ms INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    op TEXT NOT NULL,
    PRIMARY KEY (scope, server_seq)
) STRICT, WITHOUT ROWID;

-- The answer to every operation ever received, so that a repeat gets the same one (I3).
CREATE TABLE receipt (
    device TEXT NOT NULL,
    incarnation TEXT NOT NULL,
    seq INTEGER NOT NULL,
    digest BLOB NOT NULL,
    verdict TEXT NOT NULL,
    PRIMARY KEY (device, incarnation, seq)
) STRICT, WITHOUT ROWID;

-- Operations that were not accepted, in full. The same bytes are kept once.
CREATE TABLE refused (
    device TEXT NOT NULL,
    incarnation TEXT NOT NULL,
    seq INTEGER NOT NULL,
    digest BLOB NOT NULL,
    author TEXT NOT NULL,
    received_ms INTEGER NOT NULL,
    raw TEXT NOT NULL,
    verdict TEXT NOT NULL,
    PRIMARY KEY (device, incarnation, seq, digest)
) STRICT, WITHOUT ROWID;

-- Fold of the log (I5). `body` is the register as JSON.
CREATE TABLE register (
    scope TEXT NOT NULL REFERENCES scope (key),
    kind TEXT NOT NULL,
    record TEXT NOT NULL,
    field TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (scope, kind, record, field)
) STRICT, WITHOUT ROWID;

CREATE INDEX register_plan ON register (scope, kind, record) WHERE field = 'plan';

CREATE TABLE user (
    name TEXT PRIMARY KEY,
    display_name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE grant_of (
    user TEXT NOT NULL REFERENCES user (name),
    unit TEXT NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (user, unit, role)
) STRICT, WITHOUT ROWID;

CREATE INDEX grant_by_unit ON grant_of (unit);

-- Sessions by the SHA-256 of their token: the token itself is on the phone only.
CREATE TABLE session (
    token_sha256 BLOB PRIMARY KEY,
    user TEXT NOT NULL REFERENCES user (name),
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX session_by_end ON session (expires_ms);

-- One lifetime of a phone's storage. `high`: last place received of it.
CREATE TABLE device (
    device TEXT NOT NULL,
    incarnation TEXT NOT NULL,
    user TEXT NOT NULL,
    high INTEGER,
    last_contact_ms INTEGER NOT NULL,
    unsent_reported INTEGER NOT NULL,
    clock_skew_ms INTEGER NOT NULL,
    app TEXT NOT NULL,
    PRIMARY KEY (device, incarnation)
) STRICT, WITHOUT ROWID;

CREATE INDEX device_by_user ON device (user);
