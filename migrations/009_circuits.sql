-- What each worker says of its circuits with every heartbeat, so that one look tells where calls of the fleet wait.
ALTER TABLE worker_api.worker ADD COLUMN circuits jsonb NOT NULL DEFAULT '[]';
