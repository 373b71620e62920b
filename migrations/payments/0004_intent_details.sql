-- What clients say about a payment besides its money.

ALTER TABLE payment_intents ADD COLUMN card_options JSONB;
ALTER TABLE payment_intents ADD COLUMN amount_details JSONB;
ALTER TABLE payment_intents ADD COLUMN payment_details JSONB;
