-- What jobs measure. A sample lives for a day, and of each name the last 1,000 do.
CREATE TABLE worker_api.metric_sample (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name      text NOT NULL,
  type      text NOT NULL CHECK (type IN ('counter', 'gauge', 'timing')),
  value     double precision NOT NULL,
  tags      jsonb NOT NULL DEFAULT '{}',
  job_name  text,
  worker_id text NOT NULL,
  at        timestamptz NOT NULL
);
CREATE INDEX metric_sample_by_name ON worker_api.metric_sample (name, id);
CREATE INDEX metric_sample_by_age ON worker_api.metric_sample (at);

-- Sums over all samples since a metric came up, so that a scrape reads one row a metric.
CREATE TABLE worker_api.metric_total (
  name       text NOT NULL,
  type       text NOT NULL,
  samples    bigint NOT NULL,
  sum        double precision NOT NULL,
  last       double precision NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (name, type)
) WITH (fillfactor = 70);

-- Batches that were written, so that one whose answer was lost counts once when it is sent again.
CREATE TABLE worker_api.metric_batch (
  id          uuid PRIMARY KEY,
  received_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX metric_batch_by_age ON worker_api.metric_batch (received_at);

-- The number of the attempt as people count it, beside the one that pg-boss counts.
ALTER TABLE worker_api.job_log ADD COLUMN attempt integer;
