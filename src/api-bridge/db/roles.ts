/** Rows that say who did what are added to and never changed, not even by the api. */
const APPEND_ONLY = ['worker_api.audit', 'worker_api.audit_checkpoint'];
/** Written by migrations alone. */
const OF_THE_OWNER = ['worker_api.schema_migration'];
/** Whoever reads these could sign in, or try to. */
const SECRET = ['operator', 'operator_session', 'sign_in_failure'];

/**
 * The statements that make the roles and say what each may do, in order. Safe to repeat, and to be repeated after each
 * migration. They are run by the owner of both schemas, who may make roles; where that is somebody else's right, that
 * one makes the roles first, and the statements find them there.
 */
export function roleStatements(prefix: string): readonly string[] {
  if (!/^[a-z_][a-z0-9_]{0,40}$/.test(prefix))
    throw new TypeError(`expected a prefix of lower-case letters, digits and _, got ${JSON.stringify(prefix)}`);
  const [api, producer, readonly] = (['api', 'producer', 'readonly'] as const).map((role) => `${prefix}_${role}`);
  const all = `${api ?? ''}, ${producer ?? ''}, ${readonly ?? ''}`;
  return [
    ...[api, producer, readonly].map(createRole),
    // What was granted before and is no longer meant to be goes, and nobody gets in by being nobody in particular.
    `REVOKE ALL ON SCHEMA worker_api, pgboss FROM PUBLIC, ${all}`,
    `REVOKE ALL ON ALL TABLES IN SCHEMA worker_api, pgboss FROM PUBLIC, ${all}`,
    `GRANT USAGE ON SCHEMA worker_api, pgboss TO ${all}`,

    `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA worker_api, pgboss TO ${api ?? ''}`,
    `GRANT USAGE ON ALL SEQUENCES IN SCHEMA worker_api, pgboss TO ${api ?? ''}`,
    // A migration's new tables work before anybody has run this again.
    `ALTER DEFAULT PRIVILEGES IN SCHEMA worker_api, pgboss GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${api ?? ''}`,
    `ALTER DEFAULT PRIVILEGES IN SCHEMA worker_api, pgboss GRANT USAGE ON SEQUENCES TO ${api ?? ''}`,
    `REVOKE UPDATE, DELETE ON ${APPEND_ONLY.join(', ')} FROM ${api ?? ''}`,
    `REVOKE INSERT, UPDATE, DELETE ON ${OF_THE_OWNER.join(', ')} FROM ${api ?? ''}`,

    `GRANT SELECT ON pgboss.version, pgboss.queue TO ${producer ?? ''}`,
    `GRANT SELECT, INSERT ON pgboss.job, pgboss.job_common TO ${producer ?? ''}`,
    `GRANT SELECT, INSERT, UPDATE ON worker_api.singleton TO ${producer ?? ''}`,

    `GRANT SELECT ON ALL TABLES IN SCHEMA worker_api, pgboss TO ${readonly ?? ''}`,
    `REVOKE ALL ON ${SECRET.map((table) => `worker_api.${table}`).join(', ')} FROM ${readonly ?? ''}`,
  ];
}

function createRole(role: string | undefined): string {
  const name = role ?? '';
  return `DO $$ BEGIN IF to_regrole('${name}') IS NULL THEN CREATE ROLE ${name} NOLOGIN; END IF; END $$`;
}
