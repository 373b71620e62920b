-- Open attempts are listed by their time. What came after the authorization is found by its charge; the tries of the authorization
-- are known by their ids.

DROP INDEX payment_attempts_unsettled;
CREATE INDEX payment_attempts_open ON payment_attempts (account_id, created, id) WHERE unsettled = TRUE;
CREATE INDEX payment_attempts_later ON payment_attempts (account_id, charge, id)
    WHERE charge IS NOT NULL AND operation <> 'authorize';
