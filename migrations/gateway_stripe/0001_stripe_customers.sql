-- By which id Stripe knows our customers, and what it was told about them last.

CREATE TABLE stripe_customers (
    account_id TEXT   NOT NULL,
    id         TEXT   NOT NULL,
    created    BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    upstream   TEXT   NOT NULL,
    told       TEXT,
    PRIMARY KEY (account_id, id)
);
