-- The same rooms as in migrations/sqlite, in PostgreSQL's words. Texts compare by their bytes, as everywhere in this program;
-- places beyond signed integers travel by their bits.

CREATE TABLE meta (
    name TEXT COLLATE "C" PRIMARY KEY,
    value BIGINT NOT NULL
);

INSERT INTO meta (name, value) VALUES ('epoch', 1), ('structure', 0);

-- One log for each unit. `restored_at`: place at which it entered the current epoch.
CREATE TABLE scope (
    key TEXT COLLATE "C" PRIMARY KEY,
    last_seq BIGINT NOT NULL,
    restored_at BIGINT NOT NULL DEFAULT 0
);

-- Runs of operations that entered the log together, in the bytes that phones are sent. Never altered.
CREATE TABLE segment (
    scope TEXT COLLATE "C" NOT NULL REFERENCES scope (key),
    first_seq BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    device TEXT COLLATE "C" NOT NULL,
    incarnation TEXT COLLATE "C" NOT NULL,
    first_op BIGINT NOT NULL,
    author TEXT COLLATE "C" NOT NULL,
    received_ms BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (scope, last_seq)
);

CREATE INDEX segment_by_author ON segment (author, scope, last_seq);

-- A number as the 64 bits that it goes round to.
CREATE FUNCTION bits_of(number NUMERIC) RETURNS BIGINT
LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
RETURN (mod(mod(number + 9223372036854775808, 18446744073709551616) + 18446744073709551616, 18446744073709551616)
    - 9223372036854775808)::BIGINT;

-- Every accepted operation as a row, for questions that people ask of the log. Times and places are steps.
CREATE VIEW log AS
SELECT
    s.scope,
    s.first_seq + r.key AS server_seq,
    s.device,
    s.incarnation,
    CASE jsonb_typeof(j.body -> 'seq')
        WHEN 'array' THEN
            (SELECT bits_of(sum(step::NUMERIC))
             FROM jsonb_array_elements_text(j.body -> 'seq') WITH ORDINALITY AS t (step, place)
             WHERE place <= r.key + 1)
        ELSE bits_of(s.first_op::NUMERIC + r.key)
    END AS op_seq,
    s.author,
    CASE jsonb_typeof(j.body -> 'kind')
        WHEN 'array' THEN j.body -> 'kind' ->> r.key ELSE j.body ->> 'kind'
    END AS kind,
    CASE jsonb_typeof(j.body -> 'record')
        WHEN 'array' THEN j.body -> 'record' ->> r.key ELSE j.body ->> 'record'
    END AS record,
    CASE jsonb_typeof(j.body -> 'field')
        WHEN 'array' THEN j.body -> 'field' ->> r.key ELSE j.body ->> 'field'
    END AS field,
    r.at_ms,
    greatest(
        least(r.at_ms::NUMERIC + (j.body ->> 'offset_ms')::NUMERIC, (j.body ->> 'received_ms')::NUMERIC),
        -9223372036854775808
    )::BIGINT AS corrected_ms,
    s.received_ms,
    CASE jsonb_typeof(j.body -> 'change')
        WHEN 'array' THEN j.body -> 'change' -> r.key ELSE j.body -> 'change'
    END::TEXT AS change
FROM segment AS s
-- JSON may hold U+0000, a text of PostgreSQL may not.
CROSS JOIN LATERAL (SELECT replace(s.body, '\u0000', '\ufffd')::JSONB AS body) AS j
CROSS JOIN LATERAL (
    SELECT place::INTEGER - 1 AS key, bits_of(sum(step::NUMERIC) OVER (ORDER BY place)) AS at_ms
    FROM jsonb_array_elements_text(j.body -> 'at_ms') WITH ORDINALITY AS t (step, place)
) AS r;

-- Answers to runs of places: 32 bytes of digest for each, and the verdicts as phones are sent them (I3).
CREATE TABLE receipt (
    device TEXT COLLATE "C" NOT NULL,
    incarnation TEXT COLLATE "C" NOT NULL,
    first_seq BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    digests BYTEA NOT NULL,
    verdicts TEXT NOT NULL,
    PRIMARY KEY (device, incarnation, last_seq)
);

-- Operations that were not accepted, in full. The same bytes are kept once.
CREATE TABLE refused (
    device TEXT COLLATE "C" NOT NULL,
    incarnation TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    author TEXT COLLATE "C" NOT NULL,
    received_ms BIGINT NOT NULL,
    offset_ms BIGINT NOT NULL,
    raw TEXT NOT NULL,
    verdict TEXT NOT NULL,
    is_newer BOOLEAN NOT NULL GENERATED ALWAYS AS ((verdict::JSON ->> 'verdict') = 'needs_upgrade') STORED,
    PRIMARY KEY (device, incarnation, seq, digest)
);

CREATE INDEX refused_newer ON refused (is_newer) WHERE is_newer;

-- All registers of a scope at one place of its log.
CREATE TABLE checkpoint (
    scope TEXT COLLATE "C" NOT NULL REFERENCES scope (key),
    seq BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (scope, seq)
);

-- Registers that say which records exist. A projection of the log.
CREATE TABLE plan (
    scope TEXT COLLATE "C" NOT NULL REFERENCES scope (key),
    kind TEXT COLLATE "C" NOT NULL,
    record TEXT COLLATE "C" NOT NULL,
    field TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (scope, kind, record, field)
);

-- "user" is a word of the language here.
CREATE TABLE account (
    name TEXT COLLATE "C" PRIMARY KEY,
    display_name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_ms BIGINT NOT NULL
);

-- A withdrawn right is kept: what was written while it held is judged by it.
CREATE TABLE grant_of (
    account TEXT COLLATE "C" NOT NULL REFERENCES account (name),
    unit TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    from_ms BIGINT NOT NULL,
    until_ms BIGINT,
    PRIMARY KEY (account, unit, role)
);

CREATE INDEX grant_by_unit ON grant_of (unit);

-- Sessions by the SHA-256 of their token: the token itself is on the phone only.
CREATE TABLE session (
    token_sha256 BYTEA PRIMARY KEY,
    account TEXT COLLATE "C" NOT NULL REFERENCES account (name),
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL
);

CREATE INDEX session_by_end ON session (expires_ms);

-- One lifetime of a phone's storage. `high`: last place received of it. `backed_up`: last place inside a verified backup.
-- `replaced_ms`: when a new lifetime of the same storage called; `lost_unsent`: what the old one last said it had not sent,
-- unless the new one goes on from it.
CREATE TABLE device (
    device TEXT COLLATE "C" NOT NULL,
    incarnation TEXT COLLATE "C" NOT NULL,
    account TEXT COLLATE "C" NOT NULL,
    high BIGINT,
    last_contact_ms BIGINT NOT NULL,
    unsent_reported BIGINT NOT NULL,
    clock_skew_ms BIGINT NOT NULL,
    app TEXT NOT NULL,
    backed_up BIGINT,
    replaced_ms BIGINT,
    lost_unsent BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (device, incarnation)
);

CREATE INDEX device_by_account ON device (account);
