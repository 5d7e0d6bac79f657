import type { Principal } from '../auth/principal.ts';
import type { Queryable } from '../db/pool.ts';
import { currentOrigin } from '../http/request-origin.ts';

export type AuditNote = {
  readonly action: string;
  readonly target: string;
  /** How many things were changed. */
  readonly count?: number | undefined;
  readonly reason?: string | undefined;
  readonly detail?: object;
  /** Where it came from, when the request itself does not say. */
  readonly ip?: string | undefined;
};

/**
 * Writes down who did what by hand, and why, together with the request and the address that it came from. Inside a
 * transaction it comes last: entries form one chain, so each holds back the next until its transaction ends.
 */
export async function audit(
  db: Queryable,
  principal: Principal,
  { action, target, count, reason, detail, ip }: AuditNote,
): Promise<void> {
  const origin = currentOrigin();
  await db.query(
    `INSERT INTO worker_api.audit (actor, action, target, count, reason, detail, request_id, ip)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      actorOf(principal),
      action,
      target,
      count ?? null,
      reason ?? null,
      JSON.stringify(detail ?? {}),
      origin?.requestId ?? null,
      ip ?? origin?.ip ?? null,
    ],
  );
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
