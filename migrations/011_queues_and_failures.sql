-- Queues from which nothing is claimed, until somebody resumes them.
CREATE TABLE worker_api.paused_queue (
  queue     text PRIMARY KEY,
  paused_at timestamptz NOT NULL DEFAULT now(),
  paused_by text NOT NULL,
  reason    text NOT NULL
);

-- What a failure is at heart, whatever its numbers and ids: see failure-fingerprint.ts.
ALTER TABLE worker_api.attempt ADD COLUMN fingerprint text;
CREATE INDEX attempt_by_fingerprint ON worker_api.attempt (fingerprint, settled_at) WHERE fingerprint IS NOT NULL;

-- Why no attempt followed, while the job lies among the dead letters: null again once it was redriven or discarded.
ALTER TABLE worker_api.attempt ADD COLUMN dead_reason text
  CHECK (dead_reason IN ('exhausted', 'non_retryable', 'poison'));
CREATE INDEX attempt_dead ON worker_api.attempt (settled_at, job_id) INCLUDE (queue, dead_reason, name)
  WHERE dead_reason IS NOT NULL;

-- Up to when attempts are summed up in the tables below. A minute is summed up once, when nothing joins it any more.
CREATE TABLE worker_api.rollup_mark (
  name text PRIMARY KEY,
  upto timestamptz NOT NULL
);
INSERT INTO worker_api.rollup_mark VALUES ('attempts', date_trunc('minute', now() - interval '1 hour'));

-- `waits` and `runs` are histograms: the number of attempts by class of duration, of a sample of the minute.
CREATE TABLE worker_api.queue_minute (
  minute    timestamptz NOT NULL,
  queue     text NOT NULL,
  completed integer NOT NULL,
  retried   integer NOT NULL,
  failed    integer NOT NULL,
  waits     jsonb NOT NULL,
  runs      jsonb NOT NULL,
  PRIMARY KEY (minute, queue)
);

CREATE TABLE worker_api.failure_kind (
  fingerprint   text PRIMARY KEY,
  name          text NOT NULL,
  queue         text NOT NULL,
  error_name    text,
  code          text,
  -- As the first of them said it.
  message       text NOT NULL,
  first_seen_at timestamptz NOT NULL,
  last_seen_at  timestamptz NOT NULL,
  first_version text,
  muted_at      timestamptz,
  muted_by      text,
  muted_reason  text
);
CREATE INDEX failure_kind_by_age ON worker_api.failure_kind (last_seen_at);

-- `dead` counts those attempts after which none followed.
CREATE TABLE worker_api.failure_minute (
  at          timestamptz NOT NULL,
  fingerprint text NOT NULL,
  attempts    integer NOT NULL,
  dead        integer NOT NULL,
  PRIMARY KEY (at, fingerprint)
);
CREATE TABLE worker_api.failure_hour (
  at          timestamptz NOT NULL,
  fingerprint text NOT NULL,
  attempts    integer NOT NULL,
  dead        integer NOT NULL,
  PRIMARY KEY (at, fingerprint)
) WITH (fillfactor = 80);
