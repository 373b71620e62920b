-- A card that routing rules may send to several gateways has a token at each: {"<gateway>": "<token>"}, beside its first one.

ALTER TABLE payment_methods ADD COLUMN tokens JSONB;
ALTER TABLE tokens ADD COLUMN tokens JSONB;
