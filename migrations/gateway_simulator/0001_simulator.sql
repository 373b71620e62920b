-- The simulator's faults, the customers' challenges, and marks of what happened once.

CREATE TABLE simulator_settings (
    account_id             TEXT   NOT NULL,
    id                     TEXT   NOT NULL,
    created                BIGINT NOT NULL,
    version                BIGINT NOT NULL,
    latency_ms             BIGINT NOT NULL,
    error_rate             BIGINT NOT NULL,
    drop_answer_rate       BIGINT NOT NULL,
    webhook_delay_ms       BIGINT NOT NULL,
    webhook_duplicate_rate BIGINT NOT NULL,
    webhook_reorder_rate   BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);

CREATE TABLE simulator_challenges (
    account_id TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    created    BIGINT  NOT NULL,
    version    BIGINT  NOT NULL,
    attempt    TEXT    NOT NULL,
    outcome    TEXT    NOT NULL,
    reference  TEXT    NOT NULL,
    currency   TEXT,
    return_url TEXT,
    amount     BIGINT  NOT NULL,
    setup      BOOLEAN NOT NULL,
    capture    BOOLEAN NOT NULL,
    PRIMARY KEY (account_id, id)
);
-- An attempt has one challenge.
CREATE UNIQUE INDEX simulator_challenges_attempt ON simulator_challenges (account_id, attempt);

CREATE TABLE simulator_marks (
    account_id TEXT   NOT NULL,
    id         TEXT   NOT NULL,
    created    BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
