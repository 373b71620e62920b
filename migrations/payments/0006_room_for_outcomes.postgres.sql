-- An intent is written and changed once soon after: in room on its own page the new row leaves the indexes as they are.

ALTER TABLE payment_intents SET (fillfactor = 50);
