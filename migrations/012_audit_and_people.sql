-- One chain of audit rows: each holds the hash of the one before. The trigger writes it, so that every replica, an older
-- release and a person at psql extend the same chain.
ALTER TABLE worker_api.audit
  ALTER COLUMN id DROP IDENTITY,
  ADD COLUMN count      bigint,
  ADD COLUMN request_id text,
  ADD COLUMN ip         text,
  ADD COLUMN prev_hash  bytea,
  ADD COLUMN hash       bytea;

-- Each field as length:bytes, so that no two rows have the same text; an absent one as '-'.
CREATE FUNCTION worker_api.audit_field(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT coalesce(octet_length(convert_to(value, 'UTF8')) || ':' || value, '-') || E'\n' $$;

CREATE FUNCTION worker_api.audit_hash(entry worker_api.audit) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT sha256(entry.prev_hash || convert_to(
     worker_api.audit_field(entry.id::text)
     || worker_api.audit_field(to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
     || worker_api.audit_field(entry.actor) || worker_api.audit_field(entry.action)
     || worker_api.audit_field(entry.target) || worker_api.audit_field(entry.count::text)
     || worker_api.audit_field(entry.reason) || worker_api.audit_field(entry.request_id)
     || worker_api.audit_field(entry.ip) || worker_api.audit_field(entry.detail::text), 'UTF8')) $$;

-- What was written before there was a chain becomes its start, numbered anew without gaps.
DO $$
DECLARE
  entry worker_api.audit;
  before bytea := sha256('');
  number bigint := 0;
BEGIN
  FOR entry IN SELECT * FROM worker_api.audit ORDER BY id LOOP
    number := number + 1;
    -- Ids only move down, in order, so that none meets another.
    UPDATE worker_api.audit SET id = number WHERE id = entry.id;
    entry.id := number;
    entry.prev_hash := before;
    before := worker_api.audit_hash(entry);
    UPDATE worker_api.audit SET prev_hash = entry.prev_hash, hash = before WHERE id = number;
  END LOOP;
END $$;

ALTER TABLE worker_api.audit ALTER COLUMN prev_hash SET NOT NULL, ALTER COLUMN hash SET NOT NULL;

-- The lock is held until
-- commit, so what writes to the audit log writes there last.
CREATE FUNCTION worker_api.audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  latest record;
BEGIN
  PERFORM pg_advisory_xact_lock(4567300012);
  SELECT id, hash INTO latest FROM worker_api.audit ORDER BY id DESC LIMIT 1;
  NEW.id := coalesce(latest.id, 0) + 1;
  -- In the order of the chain: a transaction that began earlier may write later.
  NEW.at := clock_timestamp();
  NEW.prev_hash := coalesce(latest.hash, sha256(''));
  NEW.hash := worker_api.audit_hash(NEW);
  RETURN NEW;
END $$;
CREATE TRIGGER audit_chain BEFORE INSERT ON worker_api.audit FOR EACH ROW EXECUTE FUNCTION worker_api.audit_chain();

CREATE FUNCTION worker_api.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON worker_api.audit
  FOR EACH STATEMENT EXECUTE FUNCTION worker_api.refuse_change();

CREATE INDEX audit_by_actor ON worker_api.audit (actor, id);
CREATE INDEX audit_by_action ON worker_api.audit (action, id);
CREATE INDEX audit_by_target ON worker_api.audit (target text_pattern_ops, id);
CREATE INDEX audit_by_time ON worker_api.audit (at, id);

-- What the API vouched for, signed with a key that the database does not hold: who rewrites the chain cannot sign it.
CREATE TABLE worker_api.audit_checkpoint (
  audit_id  bigint PRIMARY KEY,
  hash      bytea NOT NULL,
  at        timestamptz NOT NULL DEFAULT now(),
  signature bytea NOT NULL
);
CREATE TRIGGER audit_checkpoint_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON worker_api.audit_checkpoint
  FOR EACH STATEMENT EXECUTE FUNCTION worker_api.refuse_change();

-- People. Who sees payloads is a right of its own; admins that exist keep what they saw.
ALTER TABLE worker_api.operator
  ALTER COLUMN password_hash DROP NOT NULL,
  ADD COLUMN sees_payloads      boolean NOT NULL DEFAULT false,
  -- Set while the password is one that somebody else chose: it opens nothing but the form for a new one.
  ADD COLUMN one_time_until     timestamptz,
  ADD COLUMN last_sign_in_at    timestamptz,
  ADD COLUMN oidc_issuer        text,
  ADD COLUMN oidc_subject       text;
UPDATE worker_api.operator SET sees_payloads = true WHERE role = 'admin';
CREATE UNIQUE INDEX operator_by_oidc ON worker_api.operator (oidc_issuer, oidc_subject);

-- The token's hash opens nothing, but it names a session to nobody either: people see the id.
ALTER TABLE worker_api.operator_session
  ADD COLUMN id         uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
  ADD COLUMN user_agent text,
  ADD COLUMN method     text NOT NULL DEFAULT 'password' CHECK (method IN ('password', 'oidc'));
CREATE INDEX operator_session_by_operator ON worker_api.operator_session (operator_id);

-- A sign-in that is under way at an identity provider. Used once, and gone after ten minutes.
CREATE TABLE worker_api.oidc_flow (
  state_hash text PRIMARY KEY,
  verifier   text NOT NULL,
  nonce      text NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX oidc_flow_by_expiry ON worker_api.oidc_flow (expires_at);
