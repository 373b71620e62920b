-- webhook_endpoints: who wants to hear of events; secrets are sealed.
-- webhook_deliveries: an event that is to reach an endpoint (its lane), and what became of it. The row is the queue, while `due`
-- (unix milliseconds) is not NULL, and the log afterwards.

CREATE TABLE webhook_endpoints (
    account_id         TEXT   NOT NULL,
    id                 TEXT   NOT NULL,
    created            BIGINT NOT NULL,
    version            BIGINT NOT NULL,
    url                TEXT   NOT NULL,
    status             TEXT   NOT NULL,
    description        TEXT,
    api_version        TEXT,
    enabled_events     JSONB  NOT NULL,
    metadata           JSONB,
    secret             TEXT   NOT NULL,
    old_secret         TEXT,
    old_secret_expires BIGINT,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX webhook_endpoints_created ON webhook_endpoints (account_id, created, id);

CREATE TABLE webhook_deliveries (
    account_id TEXT   NOT NULL,
    id         TEXT   NOT NULL,
    created    BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    lane       TEXT   NOT NULL,
    event      TEXT   NOT NULL,
    type       TEXT   NOT NULL,
    status     TEXT   NOT NULL,
    due        BIGINT,
    holder     TEXT,
    attempt    BIGINT NOT NULL,
    pending    BIGINT NOT NULL,
    tried      BIGINT,
    code       BIGINT,
    latency_ms BIGINT,
    answer     TEXT,
    fault      TEXT,
    PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX webhook_deliveries_event ON webhook_deliveries (account_id, event, lane);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (lane, due) WHERE due IS NOT NULL;
CREATE INDEX webhook_deliveries_held ON webhook_deliveries (holder) WHERE holder IS NOT NULL;
CREATE INDEX webhook_deliveries_created ON webhook_deliveries (account_id, created, id);
CREATE INDEX webhook_deliveries_lane ON webhook_deliveries (account_id, lane, created, id);
CREATE INDEX webhook_deliveries_status ON webhook_deliveries (account_id, status, created, id);
