-- Customers, their payment methods, tokens and balances.

CREATE TABLE customers (
    account_id             TEXT    NOT NULL,
    id                     TEXT    NOT NULL,
    created                BIGINT  NOT NULL,
    version                BIGINT  NOT NULL,
    deleted                BOOLEAN NOT NULL,
    delinquent             BOOLEAN NOT NULL,
    email                  TEXT,
    name                   TEXT,
    phone                  TEXT,
    description            TEXT,
    business_name          TEXT,
    individual_name        TEXT,
    balance                BIGINT  NOT NULL,
    currency               TEXT,
    tax_exempt             TEXT    NOT NULL,
    invoice_prefix         TEXT    NOT NULL,
    next_invoice_sequence  BIGINT  NOT NULL,
    default_payment_method TEXT,
    default_source         TEXT,
    footer                 TEXT,
    amount_tax_display     TEXT,
    rendering_template     TEXT,
    test_clock             TEXT,
    custom_fields          JSONB,
    preferred_locales      JSONB,
    address                JSONB,
    shipping               JSONB,
    metadata               JSONB,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX customers_created ON customers (account_id, created, id);
CREATE INDEX customers_email ON customers (account_id, email, created, id);
CREATE INDEX customers_email_lower ON customers (account_id, LOWER(email));
CREATE INDEX customers_name_lower ON customers (account_id, LOWER(name));
CREATE INDEX customers_phone_lower ON customers (account_id, LOWER(phone));
CREATE INDEX customers_test_clock ON customers (account_id, test_clock, created, id);
CREATE UNIQUE INDEX customers_invoice_prefix ON customers (account_id, invoice_prefix);

-- While the option unique_email is on: two customers with one email collide here.
CREATE TABLE customer_emails (
    account_id TEXT   NOT NULL,
    id         TEXT   NOT NULL,
    created    BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    customer   TEXT   NOT NULL,
    PRIMARY KEY (account_id, id)
);

CREATE TABLE payment_methods (
    account_id      TEXT    NOT NULL,
    id              TEXT    NOT NULL,
    created         BIGINT  NOT NULL,
    version         BIGINT  NOT NULL,
    type            TEXT    NOT NULL,
    customer        TEXT,
    gateway         TEXT    NOT NULL,
    token           TEXT    NOT NULL,
    brand           TEXT,
    last4           TEXT,
    fingerprint     TEXT,
    funding         TEXT,
    country         TEXT,
    cvc_check       TEXT,
    exp_month       BIGINT  NOT NULL,
    exp_year        BIGINT  NOT NULL,
    name            TEXT,
    email           TEXT,
    phone           TEXT,
    tax_id          TEXT,
    allow_redisplay TEXT    NOT NULL,
    detached        BOOLEAN NOT NULL,
    address         JSONB,
    metadata        JSONB,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX payment_methods_created ON payment_methods (account_id, created, id);
CREATE INDEX payment_methods_customer ON payment_methods (account_id, customer, created, id);
CREATE INDEX payment_methods_type ON payment_methods (account_id, type, created, id);
CREATE INDEX payment_methods_redisplay ON payment_methods (account_id, allow_redisplay, created, id);

CREATE TABLE tokens (
    account_id  TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    created     BIGINT  NOT NULL,
    version     BIGINT  NOT NULL,
    used        BOOLEAN NOT NULL,
    card        TEXT    NOT NULL,
    gateway     TEXT    NOT NULL,
    token       TEXT    NOT NULL,
    brand       TEXT,
    last4       TEXT,
    fingerprint TEXT,
    funding     TEXT,
    country     TEXT,
    cvc_check   TEXT,
    exp_month   BIGINT  NOT NULL,
    exp_year    BIGINT  NOT NULL,
    name        TEXT,
    address     JSONB,
    PRIMARY KEY (account_id, id)
);

CREATE TABLE customer_balance_transactions (
    account_id       TEXT   NOT NULL,
    id               TEXT   NOT NULL,
    created          BIGINT NOT NULL,
    version          BIGINT NOT NULL,
    customer         TEXT   NOT NULL,
    type             TEXT   NOT NULL,
    amount           BIGINT NOT NULL,
    currency         TEXT   NOT NULL,
    ending_balance   BIGINT NOT NULL,
    description      TEXT,
    invoice          TEXT,
    credit_note      TEXT,
    checkout_session TEXT,
    metadata         JSONB,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX customer_balance_transactions_customer ON customer_balance_transactions (account_id, customer, created, id);
CREATE INDEX customer_balance_transactions_invoice ON customer_balance_transactions (account_id, invoice, created, id);
