-- Why jobs wait although they are due: one row a reason. `queue` is empty unless the reason holds in one queue only.
CREATE TABLE worker_api.hold (
  kind   text NOT NULL CHECK (kind IN ('labels', 'runaway', 'concurrency')),
  key    text NOT NULL,
  queue  text NOT NULL DEFAULT '',
  name   text NOT NULL,
  since  timestamptz NOT NULL DEFAULT now(),
  until  timestamptz,
  detail jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (kind, key, queue)
);

-- The jobs that wait for such a reason. Their rows are `blocked`, so that no fetch steps over them.
CREATE TABLE worker_api.held_job (
  queue      text NOT NULL,
  job_id     uuid NOT NULL,
  kind       text NOT NULL,
  key        text NOT NULL,
  priority   integer NOT NULL,
  created_on timestamptz NOT NULL,
  held_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (queue, job_id)
);
CREATE INDEX held_job_in_turn ON worker_api.held_job (kind, key, queue, priority DESC, created_on, job_id);

-- Who runs under a key whose concurrency is limited. A slot counts while its job is active at this retry count; one
-- without a retry count is kept for a job that was let go and is yet to be claimed.
CREATE TABLE worker_api.key_slot (
  key         text NOT NULL,
  queue       text NOT NULL,
  job_id      uuid NOT NULL,
  retry_count integer,
  taken_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (key, job_id)
);
CREATE INDEX key_slot_by_job ON worker_api.key_slot (job_id);

-- Executions of job keys that one replica has seen twice or more, so that all replicas count together.
CREATE TABLE worker_api.key_execution (
  key     text NOT NULL,
  replica uuid NOT NULL,
  at      timestamptz NOT NULL
);
CREATE INDEX key_execution_by_key ON worker_api.key_execution (key, at);
CREATE INDEX key_execution_by_age ON worker_api.key_execution (at);

-- What jobs enqueue: children of one attempt, and of one root in a minute; and what was refused.
CREATE TABLE worker_api.lineage_spawn (
  root     uuid NOT NULL,
  minute   timestamptz NOT NULL,
  children integer NOT NULL,
  PRIMARY KEY (root, minute)
) WITH (fillfactor = 70);
CREATE INDEX lineage_spawn_by_age ON worker_api.lineage_spawn (minute);

CREATE TABLE worker_api.attempt_spawn (
  job_id      uuid NOT NULL,
  retry_count integer NOT NULL,
  children    integer NOT NULL,
  at          timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (job_id, retry_count)
) WITH (fillfactor = 70);
CREATE INDEX attempt_spawn_by_age ON worker_api.attempt_spawn (at);

CREATE TABLE worker_api.lineage_stop (
  root     uuid NOT NULL,
  kind     text NOT NULL CHECK (kind IN ('depth', 'attempt', 'root')),
  name     text NOT NULL,
  depth    integer NOT NULL,
  refused  bigint NOT NULL DEFAULT 1,
  first_at timestamptz NOT NULL DEFAULT now(),
  last_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (root, kind)
);
CREATE INDEX lineage_stop_by_age ON worker_api.lineage_stop (last_at);
