-- An index has an entry only of rows that a query may find by it: none of payments without customer, group or payout, and none
-- that no query asks. A gateway's reference leads to the attempt, and the attempt to its charge.

DROP INDEX payment_intents_status;
DROP INDEX payment_intents_customer;
CREATE INDEX payment_intents_customer ON payment_intents (account_id, customer, created, id) WHERE customer IS NOT NULL;

DROP INDEX payment_attempts_created;
DROP INDEX payment_attempts_intent;
DROP INDEX payment_attempts_reference;
CREATE INDEX payment_attempts_reference ON payment_attempts (account_id, reference, created, id) WHERE reference IS NOT NULL;

DROP INDEX charges_customer;
DROP INDEX charges_transfer_group;
DROP INDEX charges_gateway_reference;
CREATE INDEX charges_customer ON charges (account_id, customer, created, id) WHERE customer IS NOT NULL;
CREATE INDEX charges_transfer_group ON charges (account_id, transfer_group, created, id) WHERE transfer_group IS NOT NULL;

DROP INDEX refunds_customer;
CREATE INDEX refunds_customer ON refunds (account_id, customer, created, id) WHERE customer IS NOT NULL;

DROP INDEX setup_intents_customer;
DROP INDEX setup_intents_payment_method;
CREATE INDEX setup_intents_customer ON setup_intents (account_id, customer, created, id) WHERE customer IS NOT NULL;
CREATE INDEX setup_intents_payment_method ON setup_intents (account_id, payment_method, created, id)
    WHERE payment_method IS NOT NULL;

DROP INDEX balance_transactions_payout;
CREATE INDEX balance_transactions_payout ON balance_transactions (account_id, payout, created, id) WHERE payout IS NOT NULL;

DROP INDEX disputes_customer;
CREATE INDEX disputes_customer ON disputes (account_id, customer, created, id) WHERE customer IS NOT NULL;
