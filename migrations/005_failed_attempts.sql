-- Attempts that did not end well are few among millions; the dashboard lists the newest of them.
CREATE INDEX attempt_not_completed ON worker_api.attempt (settled_at) WHERE outcome <> 'completed';
