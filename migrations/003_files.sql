CREATE TABLE worker_api.file_object (
  id                uuid PRIMARY KEY,
  filename          text NOT NULL,
  content_type      text NOT NULL,
  file_type         text NOT NULL,
  file_size         bigint NOT NULL,
  storage_key       text NOT NULL UNIQUE,
  checksum_sha256   text NOT NULL,
  metadata          jsonb NOT NULL DEFAULT '{}',
  exif_data         jsonb NOT NULL DEFAULT '{}',
  dimensions        jsonb NOT NULL DEFAULT '{}',
  processing_status text NOT NULL CHECK (processing_status IN ('pending', 'processing', 'completed', 'failed')),
  uploaded_by       text NOT NULL,
  created_at        timestamptz NOT NULL DEFAULT now(),
  updated_at        timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX file_object_by_time ON worker_api.file_object (created_at);

-- `queue` and `queue_job_id` name the job that was enqueued with the row. `held_…` names the attempt that moved it to
-- processing: the same job's, unless somebody enqueued another job for the same row by hand.
CREATE TABLE worker_api.processing_job (
  id               uuid PRIMARY KEY,
  file_object_id   uuid REFERENCES worker_api.file_object ON DELETE SET NULL,
  job_type         text NOT NULL,
  status           text NOT NULL CHECK (status IN ('pending', 'processing', 'completed', 'failed', 'cancelled')),
  priority         integer NOT NULL DEFAULT 50 CHECK (priority BETWEEN 0 AND 100),
  job_parameters   jsonb NOT NULL DEFAULT '{}',
  metadata         jsonb NOT NULL DEFAULT '{}',
  result_data      jsonb NOT NULL DEFAULT '{}',
  error_details    jsonb NOT NULL DEFAULT '{}',
  retry_count      integer NOT NULL DEFAULT 0,
  max_retries      integer NOT NULL DEFAULT 3,
  queue            text NOT NULL,
  queue_job_id     uuid NOT NULL,
  held_queue       text,
  held_job_id      uuid,
  held_retry_count integer,
  started_at       timestamptz,
  completed_at     timestamptz,
  created_at       timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX processing_job_by_file ON worker_api.processing_job (file_object_id);
CREATE INDEX processing_job_by_queue_job ON worker_api.processing_job (queue_job_id);
CREATE INDEX processing_job_by_holder ON worker_api.processing_job (held_job_id) WHERE held_job_id IS NOT NULL;
CREATE INDEX processing_job_open ON worker_api.processing_job (created_at) WHERE status IN ('pending', 'processing');

-- Results. An attempt stores under a key of its own (`object_key`); `storage_key` is the name that people see, and it
-- belongs to at most one promoted row, so that a late or repeated attempt never shows beside the one that counted.
CREATE TABLE worker_api.processed_file (
  id                uuid PRIMARY KEY,
  file_object_id    uuid NOT NULL REFERENCES worker_api.file_object ON DELETE CASCADE,
  processing_job_id uuid NOT NULL,
  queue             text NOT NULL,
  job_id            uuid NOT NULL,
  retry_count       integer NOT NULL,
  storage_key       text NOT NULL,
  object_key        text NOT NULL UNIQUE,
  type              text NOT NULL,
  content_type      text NOT NULL,
  byte_size         bigint NOT NULL,
  checksum_sha256   text NOT NULL,
  metadata          jsonb NOT NULL DEFAULT '{}',
  promoted          boolean NOT NULL DEFAULT false,
  created_at        timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX processed_file_promoted ON worker_api.processed_file (file_object_id, storage_key) WHERE promoted;
CREATE UNIQUE INDEX processed_file_pending ON worker_api.processed_file (job_id, retry_count, storage_key)
  WHERE NOT promoted;
CREATE INDEX processed_file_by_file ON worker_api.processed_file (file_object_id);

-- Objects that no row names any more; a sweep deletes them from storage and then from here, so that a crash in
-- between leaks nothing.
CREATE TABLE worker_api.storage_trash (
  object_key text PRIMARY KEY,
  since      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX storage_trash_by_age ON worker_api.storage_trash (since);
