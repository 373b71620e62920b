-- Only a request that is not answered is looked for by its id: the answer's update leaves this index alone.
DROP INDEX idempotency_keys_request;
CREATE INDEX idempotency_keys_request ON idempotency_keys (account_id, request_id) WHERE state = 'started';
