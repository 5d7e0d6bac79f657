CREATE TABLE worker_api.operator (
  id            uuid PRIMARY KEY,
  email         text NOT NULL,
  password_hash text NOT NULL,
  role          text NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
  created_at    timestamptz NOT NULL DEFAULT now(),
  disabled_at   timestamptz
);
CREATE UNIQUE INDEX operator_email ON worker_api.operator (lower(email));

-- Only a hash of the token is kept: who reads this table cannot sign in with it.
CREATE TABLE worker_api.operator_session (
  token_hash   text PRIMARY KEY,
  operator_id  uuid NOT NULL REFERENCES worker_api.operator ON DELETE CASCADE,
  created_at   timestamptz NOT NULL DEFAULT now(),
  last_seen_at timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz NOT NULL,
  client_ip    text
);
CREATE INDEX operator_session_by_expiry ON worker_api.operator_session (expires_at);

-- Failed sign-ins, counted by e-mail and by address over a window; shared, so that every replica counts together.
CREATE TABLE worker_api.sign_in_failure (
  id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL,
  ip    text NOT NULL,
  at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sign_in_failure_by_email ON worker_api.sign_in_failure (email, at);
CREATE INDEX sign_in_failure_by_ip ON worker_api.sign_in_failure (ip, at);
