-- What gateways and other systems told: each event once, stored before it is answered, and its own place in the queue.

CREATE TABLE webhook_events (
    account_id    TEXT   NOT NULL,
    id            TEXT   NOT NULL,
    created       BIGINT NOT NULL,
    version       BIGINT NOT NULL,
    gateway       TEXT   NOT NULL,
    type          TEXT   NOT NULL,
    status        TEXT   NOT NULL,
    outcome       TEXT,
    attempts      BIGINT NOT NULL,
    run_at        BIGINT,
    processed     BIGINT,
    last_error    TEXT,
    event_created BIGINT NOT NULL,
    account       TEXT,
    object_type   TEXT,
    object_id     TEXT,
    object        TEXT,
    previous      TEXT,
    notice        TEXT,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX webhook_events_created ON webhook_events (account_id, created, id);
CREATE INDEX webhook_events_status ON webhook_events (account_id, status, created, id);
CREATE INDEX webhook_events_type ON webhook_events (account_id, type, created, id);
CREATE INDEX webhook_events_gateway ON webhook_events (account_id, gateway, created, id);
-- What is to be done: a processed event has no such time.
CREATE INDEX webhook_events_due ON webhook_events (account_id, run_at) WHERE run_at IS NOT NULL;

-- For each object of a gateway the last event that was taken in: an older one is not.
CREATE TABLE webhook_objects (
    account_id    TEXT   NOT NULL,
    id            TEXT   NOT NULL,
    created       BIGINT NOT NULL,
    version       BIGINT NOT NULL,
    event         TEXT   NOT NULL,
    event_type    TEXT   NOT NULL,
    event_created BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
