-- An index has an entry only of rows that a query may find by it. Methods without a customer, as a payment by token makes them,
-- are in no list; what is not told of a customer is looked for by nobody.

DROP INDEX payment_methods_created;
DROP INDEX payment_methods_customer;
DROP INDEX payment_methods_type;
DROP INDEX payment_methods_redisplay;
CREATE INDEX payment_methods_created ON payment_methods (account_id, created, id) WHERE customer IS NOT NULL;
CREATE INDEX payment_methods_customer ON payment_methods (account_id, customer, created, id) WHERE customer IS NOT NULL;
CREATE INDEX payment_methods_type ON payment_methods (account_id, type, created, id) WHERE customer IS NOT NULL;
CREATE INDEX payment_methods_redisplay ON payment_methods (account_id, allow_redisplay, created, id) WHERE customer IS NOT NULL;

DROP INDEX customers_test_clock;
DROP INDEX customers_name_lower;
DROP INDEX customers_phone_lower;
CREATE INDEX customers_test_clock ON customers (account_id, test_clock, created, id) WHERE test_clock IS NOT NULL;
CREATE INDEX customers_name_lower ON customers (account_id, LOWER(name)) WHERE LOWER(name) IS NOT NULL;
CREATE INDEX customers_phone_lower ON customers (account_id, LOWER(phone)) WHERE LOWER(phone) IS NOT NULL;

DROP INDEX customer_balance_transactions_invoice;
CREATE INDEX customer_balance_transactions_invoice ON customer_balance_transactions (account_id, invoice, created, id)
    WHERE invoice IS NOT NULL;
