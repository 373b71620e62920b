-- Accounts and the keys that act for them.
--
-- accounts: rows of scope 'system' are this installation's own accounts; rows of any other scope are the accounts connected to
-- that account, in that mode, and may be named in Stripe-Account.
-- api_keys: only the SHA-256 of a key is kept; `shown` is what people recognize it by.

CREATE TABLE accounts (
    account_id       TEXT   NOT NULL,
    id               TEXT   NOT NULL,
    name             TEXT,
    country          TEXT,
    default_currency TEXT,
    created          BIGINT NOT NULL,
    version          BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX accounts_created ON accounts (account_id, created, id);

CREATE TABLE api_keys (
    account_id TEXT   NOT NULL,
    id         TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    hash       TEXT   NOT NULL,
    shown      TEXT   NOT NULL,
    name       TEXT,
    role       TEXT,
    scopes     TEXT,
    app_id     TEXT,
    expires    BIGINT,
    revoked    BIGINT,
    created    BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX api_keys_hash ON api_keys (hash);
CREATE INDEX api_keys_id ON api_keys (id);
CREATE INDEX api_keys_created ON api_keys (account_id, created, id);
CREATE INDEX api_keys_app ON api_keys (account_id, app_id, created, id);
