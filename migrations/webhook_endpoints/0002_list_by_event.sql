-- The deliveries of one event, in the order of lists.

CREATE INDEX webhook_deliveries_event_created ON webhook_deliveries (account_id, event, created, id);
