-- What happened: each row is written in the transaction of the change it tells of, and never changed afterwards.

CREATE TABLE events (
    account_id      TEXT   NOT NULL,
    id              TEXT   NOT NULL,
    type            TEXT   NOT NULL,
    object_id       TEXT   NOT NULL,
    object_type     TEXT   NOT NULL,
    created         BIGINT NOT NULL,
    data            TEXT   NOT NULL,
    previous        TEXT,
    request_id      TEXT,
    idempotency_key TEXT,
    api_version     TEXT   NOT NULL,
    version         BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX events_created ON events (account_id, created, id);
CREATE INDEX events_type ON events (account_id, type, created, id);
CREATE INDEX events_object ON events (account_id, object_id, created, id);
