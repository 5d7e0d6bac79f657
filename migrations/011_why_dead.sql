-- Why no attempt followed, while the job lies among the dead letters: null again once it was redriven or discarded.
ALTER TABLE worker_api.attempt ADD COLUMN dead_reason text
  CHECK (dead_reason IN ('exhausted', 'non_retryable', 'poison'));
CREATE INDEX attempt_dead ON worker_api.attempt (settled_at, job_id) INCLUDE (queue, dead_reason)
  WHERE dead_reason IS NOT NULL;
