-- What payments leave in the merchant's balance, and the disputes that take it out again.

CREATE TABLE balance_transactions (
    account_id         TEXT   NOT NULL,
    id                 TEXT   NOT NULL,
    created            BIGINT NOT NULL,
    version            BIGINT NOT NULL,
    type               TEXT   NOT NULL,
    reporting_category TEXT   NOT NULL,
    status             TEXT   NOT NULL,
    amount             BIGINT NOT NULL,
    fee                BIGINT NOT NULL,
    net                BIGINT NOT NULL,
    currency           TEXT   NOT NULL,
    available_on       BIGINT NOT NULL,
    source             TEXT,
    source_type        TEXT,
    description        TEXT,
    payout             TEXT,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX balance_transactions_created ON balance_transactions (account_id, created, id);
CREATE INDEX balance_transactions_type ON balance_transactions (account_id, type, created, id);
CREATE INDEX balance_transactions_source ON balance_transactions (account_id, source, created, id);
CREATE INDEX balance_transactions_currency ON balance_transactions (account_id, currency, created, id);
CREATE INDEX balance_transactions_payout ON balance_transactions (account_id, payout, created, id);
CREATE INDEX balance_transactions_pending ON balance_transactions (account_id, available_on) WHERE status = 'pending';

CREATE TABLE disputes (
    account_id       TEXT    NOT NULL,
    id               TEXT    NOT NULL,
    created          BIGINT  NOT NULL,
    version          BIGINT  NOT NULL,
    status           TEXT    NOT NULL,
    reason           TEXT    NOT NULL,
    amount           BIGINT  NOT NULL,
    currency         TEXT    NOT NULL,
    charge           TEXT    NOT NULL,
    payment_intent   TEXT,
    customer         TEXT,
    brand            TEXT,
    due_by           BIGINT,
    submission_count BIGINT  NOT NULL,
    has_evidence     BOOLEAN NOT NULL,
    evidence         JSONB,
    metadata         JSONB,
    PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX disputes_charge_once ON disputes (account_id, charge);
CREATE INDEX disputes_created ON disputes (account_id, created, id);
CREATE INDEX disputes_charge ON disputes (account_id, charge, created, id);
CREATE INDEX disputes_payment_intent ON disputes (account_id, payment_intent, created, id);
CREATE INDEX disputes_customer ON disputes (account_id, customer, created, id);
