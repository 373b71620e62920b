-- Answers by Idempotency-Key: "started" while the request runs, "finished" with the answer that a repetition gets.
CREATE TABLE idempotency_keys (
    account_id TEXT NOT NULL,
    id TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    request_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('started', 'finished')),
    face BIGINT NOT NULL,
    http_status BIGINT NOT NULL,
    content_type TEXT,
    body TEXT,
    created BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);

CREATE INDEX idempotency_keys_request ON idempotency_keys (account_id, request_id);

CREATE INDEX idempotency_keys_created ON idempotency_keys (created);
