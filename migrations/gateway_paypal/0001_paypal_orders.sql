-- PayPal's orders that waited for the customer, and whether they were completed or given up: the first to choose decides.

CREATE TABLE paypal_orders (
    account_id TEXT   NOT NULL,
    id         TEXT   NOT NULL,
    created    BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    choice     TEXT   NOT NULL,
    PRIMARY KEY (account_id, id)
);
