-- Payments: intents, the attempts they make at gateways, and the charges and refunds that come of them.

CREATE TABLE payment_intents (
    account_id                  TEXT    NOT NULL,
    id                          TEXT    NOT NULL,
    created                     BIGINT  NOT NULL,
    version                     BIGINT  NOT NULL,
    status                      TEXT    NOT NULL,
    amount                      BIGINT  NOT NULL,
    currency                    TEXT    NOT NULL,
    amount_capturable           BIGINT  NOT NULL,
    amount_received             BIGINT  NOT NULL,
    capture_method              TEXT    NOT NULL,
    confirmation_method         TEXT    NOT NULL,
    client_secret               TEXT    NOT NULL,
    customer                    TEXT,
    payment_method              TEXT,
    gateway                     TEXT,
    description                 TEXT,
    receipt_email               TEXT,
    statement_descriptor        TEXT,
    statement_descriptor_suffix TEXT,
    setup_future_usage          TEXT,
    transfer_group              TEXT,
    return_url                  TEXT,
    action_url                  TEXT,
    latest_charge               TEXT,
    open_attempt                TEXT,
    cancellation_reason         TEXT,
    canceled_at                 BIGINT,
    three_d_secure              TEXT,
    redirects                   TEXT,
    allowed_types               JSONB,
    excluded_types              JSONB,
    last_payment_error          JSONB,
    shipping                    JSONB,
    metadata                    JSONB,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX payment_intents_created ON payment_intents (account_id, created, id);
CREATE INDEX payment_intents_customer ON payment_intents (account_id, customer, created, id);
CREATE INDEX payment_intents_status ON payment_intents (account_id, status, created, id);

-- One call to a gateway that moves or reserves money: what was asked, and what became of it.
CREATE TABLE payment_attempts (
    account_id           TEXT    NOT NULL,
    id                   TEXT    NOT NULL,
    created              BIGINT  NOT NULL,
    version              BIGINT  NOT NULL,
    operation            TEXT    NOT NULL,
    status               TEXT    NOT NULL,
    unsettled            BOOLEAN NOT NULL,
    answer               TEXT    NOT NULL,
    intent               TEXT,
    setup_intent         TEXT,
    charge               TEXT,
    refund               TEXT,
    customer             TEXT,
    payment_method       TEXT,
    gateway              TEXT    NOT NULL,
    token                TEXT,
    original             TEXT,
    reference            TEXT,
    amount               BIGINT  NOT NULL,
    currency             TEXT    NOT NULL,
    fee                  BIGINT,
    capture              BOOLEAN NOT NULL,
    off_session          BOOLEAN NOT NULL,
    state_before         TEXT,
    reason               TEXT,
    description          TEXT,
    statement_descriptor TEXT,
    return_url           TEXT,
    base_url             TEXT,
    action_url           TEXT,
    code                 TEXT,
    decline_code         TEXT,
    advice_code          TEXT,
    network_code         TEXT,
    message              TEXT,
    cvc_check            TEXT,
    request              TEXT,
    started              BIGINT  NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX payment_attempts_created ON payment_attempts (account_id, created, id);
CREATE INDEX payment_attempts_unsettled ON payment_attempts (account_id, started) WHERE unsettled = TRUE;
CREATE INDEX payment_attempts_intent ON payment_attempts (account_id, intent, created, id);
CREATE INDEX payment_attempts_reference ON payment_attempts (account_id, reference, created, id);
-- At most one successful authorization per intent.
CREATE UNIQUE INDEX payment_attempts_success ON payment_attempts (account_id, intent)
    WHERE status = 'succeeded' AND operation = 'authorize';

CREATE TABLE charges (
    account_id                  TEXT    NOT NULL,
    id                          TEXT    NOT NULL,
    created                     BIGINT  NOT NULL,
    version                     BIGINT  NOT NULL,
    status                      TEXT    NOT NULL,
    state                       TEXT    NOT NULL,
    amount                      BIGINT  NOT NULL,
    currency                    TEXT    NOT NULL,
    amount_captured             BIGINT  NOT NULL,
    amount_refunded             BIGINT  NOT NULL,
    captured                    BOOLEAN NOT NULL,
    voided                      BOOLEAN NOT NULL,
    disputed                    BOOLEAN NOT NULL,
    payment_intent              TEXT,
    customer                    TEXT,
    payment_method              TEXT,
    attempt                     TEXT    NOT NULL,
    gateway                     TEXT    NOT NULL,
    gateway_reference           TEXT,
    balance_transaction         TEXT,
    description                 TEXT,
    receipt_email               TEXT,
    statement_descriptor        TEXT,
    statement_descriptor_suffix TEXT,
    transfer_group              TEXT,
    failure_code                TEXT,
    failure_message             TEXT,
    decline_code                TEXT,
    advice_code                 TEXT,
    network_code                TEXT,
    fraud_report                TEXT,
    action_url                  TEXT,
    authenticated               BOOLEAN NOT NULL,
    card                        JSONB,
    billing_details             JSONB,
    shipping                    JSONB,
    metadata                    JSONB,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX charges_created ON charges (account_id, created, id);
CREATE INDEX charges_customer ON charges (account_id, customer, created, id);
CREATE INDEX charges_payment_intent ON charges (account_id, payment_intent, created, id);
CREATE INDEX charges_state ON charges (account_id, state, created, id);
CREATE INDEX charges_transfer_group ON charges (account_id, transfer_group, created, id);
CREATE INDEX charges_gateway_reference ON charges (account_id, gateway_reference, created, id);

CREATE TABLE refunds (
    account_id          TEXT   NOT NULL,
    id                  TEXT   NOT NULL,
    created             BIGINT NOT NULL,
    version             BIGINT NOT NULL,
    status              TEXT   NOT NULL,
    amount              BIGINT NOT NULL,
    currency            TEXT   NOT NULL,
    charge              TEXT   NOT NULL,
    payment_intent      TEXT,
    customer            TEXT,
    payment_method      TEXT,
    reason              TEXT,
    description         TEXT,
    failure_reason      TEXT,
    balance_transaction TEXT,
    attempt             TEXT   NOT NULL,
    gateway_reference   TEXT,
    metadata            JSONB,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX refunds_created ON refunds (account_id, created, id);
CREATE INDEX refunds_charge ON refunds (account_id, charge, created, id);
CREATE INDEX refunds_payment_intent ON refunds (account_id, payment_intent, created, id);
CREATE INDEX refunds_customer ON refunds (account_id, customer, created, id);
