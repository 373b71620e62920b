-- Cards kept for later without a payment.

CREATE TABLE setup_intents (
    account_id          TEXT   NOT NULL,
    id                  TEXT   NOT NULL,
    created             BIGINT NOT NULL,
    version             BIGINT NOT NULL,
    status              TEXT   NOT NULL,
    usage               TEXT   NOT NULL,
    client_secret       TEXT   NOT NULL,
    customer            TEXT,
    payment_method      TEXT,
    description         TEXT,
    return_url          TEXT,
    action_url          TEXT,
    open_attempt        TEXT,
    cancellation_reason TEXT,
    three_d_secure      TEXT,
    redirects           TEXT,
    allowed_types       JSONB,
    excluded_types      JSONB,
    last_setup_error    JSONB,
    metadata            JSONB,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX setup_intents_created ON setup_intents (account_id, created, id);
CREATE INDEX setup_intents_customer ON setup_intents (account_id, customer, created, id);
CREATE INDEX setup_intents_payment_method ON setup_intents (account_id, payment_method, created, id);
