-- jobs: what is to be done. `run_at` (unix milliseconds) is when a job may be claimed: for one that is running, when its lease ends.
-- A done job's row is deleted; a dead one stays until somebody looks at it.
-- job_schedules: the last period of each schedule that was turned into jobs, in scope 'system'.

CREATE TABLE jobs (
    account_id TEXT   NOT NULL,
    id         TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    unique_key TEXT,
    state      TEXT   NOT NULL,
    run_at     BIGINT NOT NULL,
    locked_by  TEXT,
    attempt    BIGINT NOT NULL,
    attempts   BIGINT NOT NULL,
    payload    TEXT,
    last_error TEXT,
    request_id TEXT,
    created    BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX jobs_live_key ON jobs (account_id, name, unique_key) WHERE state <> 'dead' AND unique_key IS NOT NULL;
CREATE INDEX jobs_due ON jobs (run_at, id) WHERE state <> 'dead';
CREATE INDEX jobs_held ON jobs (locked_by) WHERE state = 'running';
CREATE INDEX jobs_created ON jobs (account_id, created, id);

CREATE TABLE job_schedules (
    account_id TEXT   NOT NULL,
    id         TEXT   NOT NULL,
    slot       BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
