-- Double entry. A transaction and its postings are written once; balances are the postings' sums, spread over the workers.

CREATE TABLE ledger_transactions (
    account_id  TEXT   NOT NULL,
    id          TEXT   NOT NULL,
    created     BIGINT NOT NULL,
    kind        TEXT   NOT NULL,
    source      TEXT   NOT NULL,
    subject     TEXT   NOT NULL,
    description TEXT,
    version     BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX ledger_transactions_source ON ledger_transactions (account_id, kind, source);
CREATE INDEX ledger_transactions_created ON ledger_transactions (account_id, created, id);

CREATE TABLE ledger_postings (
    account_id     TEXT   NOT NULL,
    id             TEXT   NOT NULL,
    created        BIGINT NOT NULL,
    transaction_id TEXT   NOT NULL,
    subject        TEXT   NOT NULL,
    kind           TEXT   NOT NULL,
    source         TEXT   NOT NULL,
    account        TEXT   NOT NULL,
    currency       TEXT   NOT NULL,
    amount         BIGINT NOT NULL,
    version        BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX ledger_postings_subject ON ledger_postings (account_id, subject, created, id);
CREATE INDEX ledger_postings_account ON ledger_postings (account_id, account, currency, created, id);
CREATE INDEX ledger_postings_transaction ON ledger_postings (account_id, transaction_id);

CREATE TABLE ledger_balances (
    account_id TEXT   NOT NULL,
    id         TEXT   NOT NULL,
    account    TEXT   NOT NULL,
    currency   TEXT   NOT NULL,
    slot       BIGINT NOT NULL,
    amount     BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX ledger_balances_account ON ledger_balances (account_id, account, currency);
