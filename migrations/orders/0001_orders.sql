-- Sales orders, their lines, and the payments that were made for them.

CREATE TABLE orders (
    account_id      TEXT   NOT NULL,
    id              TEXT   NOT NULL,
    created         BIGINT NOT NULL,
    version         BIGINT NOT NULL,
    order_number    TEXT   NOT NULL,
    customer        TEXT,
    currency        TEXT   NOT NULL,
    total           BIGINT NOT NULL,
    status          TEXT   NOT NULL,
    payment_status  TEXT   NOT NULL,
    amount_paid     BIGINT NOT NULL,
    amount_refunded BIGINT NOT NULL,
    metadata        JSONB,
    PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX orders_number ON orders (account_id, order_number);
CREATE INDEX orders_created ON orders (account_id, created, id);
CREATE INDEX orders_customer ON orders (account_id, customer, created, id) WHERE customer IS NOT NULL;
CREATE INDEX orders_status ON orders (account_id, status, created, id);
CREATE INDEX orders_payment_status ON orders (account_id, payment_status, created, id);

CREATE TABLE order_lines (
    account_id  TEXT   NOT NULL,
    id          TEXT   NOT NULL,
    order_id    TEXT   NOT NULL,
    position    BIGINT NOT NULL,
    description TEXT   NOT NULL,
    quantity    BIGINT NOT NULL,
    unit_price  BIGINT NOT NULL,
    amount      BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX order_lines_order ON order_lines (account_id, order_id, position);

CREATE TABLE order_payments (
    account_id      TEXT   NOT NULL,
    id              TEXT   NOT NULL,
    created         BIGINT NOT NULL,
    version         BIGINT NOT NULL,
    payment_number  TEXT   NOT NULL,
    order_id        TEXT   NOT NULL,
    order_number    TEXT   NOT NULL,
    customer        TEXT,
    amount          BIGINT NOT NULL,
    currency        TEXT   NOT NULL,
    status          TEXT   NOT NULL,
    amount_refunded BIGINT NOT NULL,
    payment_intent  TEXT   NOT NULL,
    intent_status   TEXT   NOT NULL,
    charge          TEXT,
    gateway         TEXT,
    reference       TEXT,
    updated         BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX order_payments_number ON order_payments (account_id, payment_number);
-- One record of each payment, whoever is the first to write it.
CREATE UNIQUE INDEX order_payments_intent ON order_payments (account_id, payment_intent);
CREATE INDEX order_payments_order ON order_payments (account_id, order_id, created, id);
