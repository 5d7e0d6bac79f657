-- Searches that people keep. An operator is who they are in the audit log too.
CREATE TABLE worker_api.saved_view (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  actor      text NOT NULL,
  name       text NOT NULL,
  query      text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (actor, name)
);

-- What somebody does to many jobs. It runs in chunks; `position` is where the next one starts, so that any replica can
-- go on after a crash. `jobs` are named ones; without them `query` says which.
CREATE TABLE worker_api.bulk_action (
  id          uuid PRIMARY KEY,
  verb        text NOT NULL CHECK (verb IN ('retry', 'cancel', 'delete', 'move', 'priority')),
  query       text,
  jobs        jsonb,
  target      text,
  priority    integer,
  reason      text NOT NULL,
  actor       text NOT NULL,
  state       text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'stopped')),
  expected    bigint NOT NULL,
  more        boolean NOT NULL,
  done        bigint NOT NULL DEFAULT 0,
  skipped     bigint NOT NULL DEFAULT 0,
  position    jsonb NOT NULL DEFAULT '{}',
  created_at  timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz
);
CREATE INDEX bulk_action_running ON worker_api.bulk_action (created_at) WHERE state = 'running';
