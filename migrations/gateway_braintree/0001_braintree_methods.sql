-- Cards that were kept for a customer: the single-use name they came by, and the one in Braintree's vault that pays since.

CREATE TABLE braintree_methods (
    account_id TEXT   NOT NULL,
    id         TEXT   NOT NULL,
    created    BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    vaulted    TEXT   NOT NULL,
    PRIMARY KEY (account_id, id)
);
