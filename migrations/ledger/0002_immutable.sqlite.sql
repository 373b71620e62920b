-- What is in the ledger stays as it was written.

CREATE TRIGGER ledger_postings_keep BEFORE UPDATE ON ledger_postings
BEGIN
    SELECT RAISE(ABORT, 'ledger postings are never changed');
END;
CREATE TRIGGER ledger_postings_stay BEFORE DELETE ON ledger_postings
BEGIN
    SELECT RAISE(ABORT, 'ledger postings are never deleted');
END;
CREATE TRIGGER ledger_transactions_keep BEFORE UPDATE ON ledger_transactions
BEGIN
    SELECT RAISE(ABORT, 'ledger transactions are never changed');
END;
CREATE TRIGGER ledger_transactions_stay BEFORE DELETE ON ledger_transactions
BEGIN
    SELECT RAISE(ABORT, 'ledger transactions are never deleted');
END;
