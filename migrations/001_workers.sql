-- Who works: one row a worker. Heartbeats are gathered in memory and written here in bulk, about once a second.
CREATE TABLE worker_api.worker (
  id            text PRIMARY KEY,
  hostname      text NOT NULL,
  pid           integer NOT NULL,
  version       text NOT NULL,
  queues        text[] NOT NULL,
  labels        jsonb NOT NULL DEFAULT '{}',
  concurrency   integer NOT NULL,
  status        text NOT NULL CHECK (status IN ('idle', 'busy', 'draining', 'offline')),
  directive     text NOT NULL DEFAULT 'continue' CHECK (directive IN ('continue', 'drain', 'stop')),
  running       jsonb NOT NULL DEFAULT '[]',
  usage         jsonb NOT NULL DEFAULT '{}',
  registered_at timestamptz NOT NULL DEFAULT now(),
  last_seen_at  timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 70);

-- What a claim handed out, so that the same claimId gives the same jobs again, also after the API was restarted.
CREATE TABLE worker_api.claim (
  worker_id  text NOT NULL,
  claim_id   uuid NOT NULL,
  claimed_at timestamptz NOT NULL DEFAULT now(),
  jobs       jsonb NOT NULL,
  PRIMARY KEY (worker_id, claim_id)
);
CREATE INDEX claim_by_age ON worker_api.claim (claimed_at);

-- How each attempt ended. pg-boss keeps the latest output only; the history, and the proof of what was accepted, is here.
CREATE TABLE worker_api.attempt (
  job_id      uuid NOT NULL,
  retry_count integer NOT NULL,
  queue       text NOT NULL,
  name        text NOT NULL,
  attempt     integer NOT NULL,
  worker_id   text NOT NULL,
  claimed_at  timestamptz NOT NULL,
  settled_at  timestamptz NOT NULL DEFAULT now(),
  outcome     text NOT NULL CHECK (outcome IN ('completed', 'failed', 'released', 'lost', 'cancelled')),
  state       text NOT NULL,
  error       jsonb,
  output      jsonb,
  run_at      timestamptz,
  PRIMARY KEY (job_id, retry_count)
);
CREATE INDEX attempt_by_time ON worker_api.attempt (settled_at);

-- One queued or active job for each singleton key of a queue; the job's own row says whether it still is.
CREATE TABLE worker_api.singleton (
  queue  text NOT NULL,
  key    text NOT NULL,
  job_id uuid NOT NULL,
  PRIMARY KEY (queue, key)
);

-- What somebody did by hand, or a process did on its own account.
CREATE TABLE worker_api.audit (
  id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at     timestamptz NOT NULL DEFAULT now(),
  actor  text NOT NULL,
  action text NOT NULL,
  target text NOT NULL,
  reason text,
  detail jsonb NOT NULL DEFAULT '{}'
);
