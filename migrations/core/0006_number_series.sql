-- Numbers without gaps (ORD-2026-001): how many of a series were given out. The row changes only by addition, inside the transaction
-- that writes what bears the number.

CREATE TABLE number_series (
    account_id TEXT   NOT NULL,
    id         TEXT   NOT NULL,
    value      BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
