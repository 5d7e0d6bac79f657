-- What runs by the clock. `declared` is what the source says, `changed` what somebody changed at run time; a term of
-- `changed` counts first. `next_run_at` is the time of the next run, whatever its jitter.
CREATE TABLE worker_api.schedule (
  name             text PRIMARY KEY,
  description      text NOT NULL,
  job              text NOT NULL,
  declared         jsonb NOT NULL,
  changed          jsonb NOT NULL DEFAULT '{}',
  version          integer NOT NULL DEFAULT 1,
  next_run_at      timestamptz,
  paused_at        timestamptz,
  paused_by        text,
  paused_reason    text,
  -- Whether a person has ever paused or resumed it; until then SCHEDULES_ENABLED decides.
  switched_by_hand boolean NOT NULL DEFAULT false,
  -- Since when no version declares it.
  removed_at       timestamptz
);
CREATE INDEX schedule_due ON worker_api.schedule (next_run_at) WHERE paused_at IS NULL AND removed_at IS NULL;

-- One row a run, written in the transaction that enqueues its job: the key is what makes each run fire once, however
-- many replicas look at the same schedule and wherever one of them dies.
CREATE TABLE worker_api.schedule_run (
  schedule  text NOT NULL REFERENCES worker_api.schedule,
  fire_time timestamptz NOT NULL,
  outcome   text NOT NULL CHECK (outcome IN ('fired', 'replaced', 'skipped_overlap', 'missed')),
  trigger   text NOT NULL CHECK (trigger IN ('clock', 'hand')),
  queue     text,
  job_id    uuid,
  fired_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (schedule, fire_time)
);
CREATE UNIQUE INDEX schedule_run_by_job ON worker_api.schedule_run (job_id) WHERE job_id IS NOT NULL;
CREATE INDEX schedule_run_by_age ON worker_api.schedule_run (fired_at);
