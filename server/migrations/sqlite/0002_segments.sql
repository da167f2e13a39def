-- The log is kept in segments: runs of operations that entered it together, in the bytes that phones are sent (docs/protocol.md,
-- "Columns"). Registers live in memory; a checkpoint now and then and the log's tail bring them back (I5).

CREATE TABLE segment (
    id INTEGER PRIMARY KEY,
    scope TEXT NOT NULL REFERENCES scope (key),
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    device TEXT NOT NULL,
    incarnation TEXT NOT NULL,
    first_op INTEGER NOT NULL,
    author TEXT NOT NULL,
    received_ms INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX segment_by_place ON segment (scope, last_seq);

INSERT INTO segment
    (scope, first_seq, last_seq, device, incarnation, first_op, author, received_ms, body)
SELECT scope, server_seq, server_seq, device, incarnation, op_seq, author, received_ms,
    CASE json_remove(op, '$.device', '$.incarnation', '$.seq', '$.author', '$.at_ms', '$.scope',
            '$.kind', '$.record', '$.field', '$.base', '$.change')
        WHEN '{}' THEN body
        ELSE json_set(body, '$.extra', json_array(json(json_remove(op, '$.device', '$.incarnation',
            '$.seq', '$.author', '$.at_ms', '$.scope', '$.kind', '$.record', '$.field', '$.base',
            '$.change'))))
    END
FROM (
    -- JSON stays JSON: a count beyond signed integers would become a float on its way through SQL.
    SELECT *, json_object(
        'of', json(op -> 'scope'),
        'first', server_seq,
        'received_ms', max(received_ms, corrected_ms),
        'offset_ms', corrected_ms - (op ->> 'at_ms'),
        'seen', seen,
        'rows', 1,
        'device', json(op -> 'device'),
        'incarnation', json(op -> 'incarnation'),
        'seq', json(op -> 'seq'),
        'author', json(op -> 'author'),
        'at_ms', json_array(op ->> 'at_ms'),
        'scope', json(op -> 'scope'),
        'kind', json(op -> 'kind'),
        'record', json(op -> 'record'),
        'field', json(op -> 'field'),
        'epoch', json(op -> '$.base.epoch'),
        'base', json(op -> '$.base.seq'),
        'change', json(op -> 'change')
    ) AS body
    FROM log
)
ORDER BY scope, server_seq;

CREATE INDEX segment_by_author ON segment (author, scope, last_seq);

DROP TABLE log;

-- Every accepted operation as a row, for questions that people ask of the log. Times and places are steps, and their sum goes
-- round at the ends as theirs does: in two halves, since SQL's own sum would be an error there.
CREATE VIEW log AS
SELECT
    scope, server_seq, device, incarnation, op_seq, author, kind, record, field, at_ms,
    CAST(min(at_ms + (body ->> '$.offset_ms'), body ->> '$.received_ms') AS INTEGER) AS corrected_ms,
    received_ms, change
FROM (
    SELECT
        s.scope,
        s.first_seq + r.key AS server_seq,
        s.device,
        s.incarnation,
        CASE json_type(s.body, '$.seq')
            WHEN 'array' THEN
                (SELECT (high + (low >> 32) << 32) | (low & 0xffffffff) FROM
                    (SELECT sum(value >> 32) AS high, sum(value & 0xffffffff) AS low
                     FROM json_each(s.body, '$.seq') WHERE key <= r.key))
            ELSE s.first_op + r.key
        END AS op_seq,
        s.author,
        CASE json_type(s.body, '$.kind')
            WHEN 'array' THEN s.body ->> ('$.kind[' || r.key || ']') ELSE s.body ->> '$.kind'
        END AS kind,
        CASE json_type(s.body, '$.record')
            WHEN 'array' THEN s.body ->> ('$.record[' || r.key || ']') ELSE s.body ->> '$.record'
        END AS record,
        CASE json_type(s.body, '$.field')
            WHEN 'array' THEN s.body ->> ('$.field[' || r.key || ']') ELSE s.body ->> '$.field'
        END AS field,
        (SELECT (high + (low >> 32) << 32) | (low & 0xffffffff) FROM
            (SELECT sum(value >> 32) AS high, sum(value & 0xffffffff) AS low
             FROM json_each(s.body, '$.at_ms') WHERE key <= r.key)) AS at_ms,
        s.received_ms,
        CASE json_type(s.body, '$.change')
            WHEN 'array' THEN s.body -> ('$.change[' || r.key || ']') ELSE s.body -> '$.change'
        END AS change,
        s.body
    FROM segment AS s, json_each(s.body, '$.at_ms') AS r
);

-- Answers to runs of places: 32 bytes of digest for each, and the verdicts as phones are sent them.
ALTER TABLE receipt RENAME TO receipt_1;

CREATE TABLE receipt (
    id INTEGER PRIMARY KEY,
    device TEXT NOT NULL,
    incarnation TEXT NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    digests BLOB NOT NULL,
    verdicts TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX receipt_by_place ON receipt (device, incarnation, last_seq);

INSERT INTO receipt (device, incarnation, first_seq, last_seq, digests, verdicts)
SELECT device, incarnation, seq, seq, digest,
    json_array(json_array(
        -- Places beyond signed integers travel by their bits, and are written as what they are.
        CASE WHEN seq >= 0 THEN seq ELSE json(printf('%u', seq)) END,
        1,
        verdict ->> 'verdict',
        json(coalesce(verdict -> 'server_seq', verdict -> 'code', 'null'))
    ))
FROM receipt_1
ORDER BY device, incarnation, seq;

DROP TABLE receipt_1;

-- All registers of a scope at one place of its log.
CREATE TABLE checkpoint (
    scope TEXT NOT NULL REFERENCES scope (key),
    seq INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (scope, seq)
) STRICT;

-- Registers that say which records exist. A projection of the log.
CREATE TABLE plan (
    scope TEXT NOT NULL REFERENCES scope (key),
    kind TEXT NOT NULL,
    record TEXT NOT NULL,
    field TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (scope, kind, record, field)
) STRICT, WITHOUT ROWID;

INSERT INTO plan SELECT scope, kind, record, field, version, body FROM register WHERE field = 'plan';

DROP TABLE register;

-- What was kept for a later release is judged again by one.
ALTER TABLE refused ADD COLUMN offset_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE refused ADD COLUMN is_newer INTEGER NOT NULL AS (verdict ->> 'verdict' = 'needs_upgrade') VIRTUAL;
CREATE INDEX refused_newer ON refused (is_newer) WHERE is_newer = 1;

-- A withdrawn right is kept: what was written while it held is judged by it.
ALTER TABLE grant_of ADD COLUMN from_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE grant_of ADD COLUMN until_ms INTEGER;

-- `backed_up`: last place inside a verified backup. `replaced_ms`: when a new lifetime of the same storage called;
-- `lost_unsent`: what the old one last said it had not sent, unless the new one goes on from it.
ALTER TABLE device ADD COLUMN backed_up INTEGER;
ALTER TABLE device ADD COLUMN replaced_ms INTEGER;
ALTER TABLE device ADD COLUMN lost_unsent INTEGER NOT NULL DEFAULT 0;
