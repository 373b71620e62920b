-- A subject finds its transactions, and a transaction's id its postings (posting 3 of `ltx_1` is `ltx_1:03`): so a posting has
-- no index but its key. Nothing lists transactions by time or postings by account.

CREATE INDEX ledger_transactions_subject ON ledger_transactions (account_id, subject, created, id);
DROP INDEX ledger_transactions_created;
DROP INDEX ledger_postings_subject;
DROP INDEX ledger_postings_account;
DROP INDEX ledger_postings_transaction;
