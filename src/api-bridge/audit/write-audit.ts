import type { Principal } from '../auth/principal.ts';
import type { Queryable } from '../db/pool.ts';

export type AuditEntry = {
  readonly action: string;
  readonly target: string;
  readonly reason?: string | undefined;
  readonly detail?: object;
};

/** Writes down who did what by hand, and why. */
export async function audit(
  db: Queryable,
  principal: Principal,
  { action, target, reason, detail }: AuditEntry,
): Promise<void> {
  await db.query('INSERT INTO worker_api.audit (actor, action, target, reason, detail) VALUES ($1, $2, $3, $4, $5)', [
    actorOf(principal),
    action,
    target,
    reason ?? null,
    JSON.stringify(detail ?? {}),
  ]);
}

function actorOf(principal: Principal): string {
  switch (principal.type) {
    case 'worker':
      return `worker ${principal.id}`;
    case 'attempt':
      return `attempt ${principal.ref.jobId}`;
    case 'anonymous':
      return 'anonymous';
    default:
      return `${principal.type} ${principal.name}`;
  }
}
