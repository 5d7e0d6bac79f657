-- What a running attempt keeps about its own job. `queue` is kept beside the job's id, because pg-boss parts its jobs by
-- queue: with it, one lookup tells whether the job still lives.
CREATE TABLE worker_api.job_progress (
  job_id      uuid PRIMARY KEY,
  queue       text NOT NULL,
  retry_count integer NOT NULL,
  percent     double precision NOT NULL,
  message     text,
  updated_at  timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 70);
CREATE INDEX job_progress_by_age ON worker_api.job_progress (updated_at);

CREATE TABLE worker_api.job_log (
  job_id      uuid NOT NULL,
  retry_count integer NOT NULL,
  sequence    bigint NOT NULL,
  queue       text NOT NULL,
  lines       jsonb NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (job_id, retry_count, sequence)
);
CREATE INDEX job_log_by_age ON worker_api.job_log (created_at);

CREATE TABLE worker_api.job_step (
  job_id      uuid NOT NULL,
  name        text NOT NULL,
  queue       text NOT NULL,
  value       jsonb NOT NULL,
  retry_count integer NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (job_id, name)
);
CREATE INDEX job_step_by_age ON worker_api.job_step (recorded_at);

-- A lock belongs to one attempt and dies with its expiry or with the attempt, whichever comes first.
CREATE TABLE worker_api.lock (
  key         text PRIMARY KEY,
  queue       text NOT NULL,
  job_id      uuid NOT NULL,
  retry_count integer NOT NULL,
  worker_id   text NOT NULL,
  expires_at  timestamptz NOT NULL
);
CREATE INDEX lock_by_expiry ON worker_api.lock (expires_at);

CREATE TABLE worker_api.idempotency_mark (
  key        text PRIMARY KEY,
  job_id     uuid NOT NULL,
  value      jsonb,
  marked_at  timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
CREATE INDEX idempotency_mark_by_expiry ON worker_api.idempotency_mark (expires_at);
