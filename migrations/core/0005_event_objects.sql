-- An object's events are few: its id alone finds them.

DROP INDEX events_object;
CREATE INDEX events_object ON events (account_id, object_id);
