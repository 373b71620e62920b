-- Notes about customers.

CREATE TABLE sample_notes (
    account_id TEXT   NOT NULL,
    id         TEXT   NOT NULL,
    created    BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    customer   TEXT   NOT NULL,
    text       TEXT   NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX sample_notes_created ON sample_notes (account_id, created, id);
CREATE INDEX sample_notes_customer ON sample_notes (account_id, customer, created, id);
