import { createHash } from 'node:crypto';
import { z } from 'zod';

/** What the hash of the first entry is made with. */
export const CHAIN_START = createHash('sha256').update('').digest('hex');

/** An entry as it is hashed: every field as the text that PostgreSQL has for it. */
export const auditRow = z.object({
  id: z.string(),
  at: z.string(),
  actor: z.string(),
  action: z.string(),
  target: z.string(),
  count: z.string().nullable(),
  reason: z.string().nullable(),
  request_id: z.string().nullable(),
  ip: z.string().nullable(),
  detail: z.string(),
  prev_hash: z.string(),
  hash: z.string(),
});
export type AuditRow = z.infer<typeof auditRow>;

/** The columns of `worker_api.audit AS a` as `auditRow` wants them. */
export const AUDIT_COLUMNS = `a.id::text, to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, a.actor,
  a.action, a.target, a.count::text, a.reason, a.request_id, a.ip, a.detail::text,
  encode(a.prev_hash, 'hex') AS prev_hash, encode(a.hash, 'hex') AS hash`;

/** The hash that an entry must have: told apart from the trigger's on purpose, so that neither vouches for itself. */
export function hashOf(row: AuditRow): string {
  const fields = [
    row.id,
    row.at,
    row.actor,
    row.action,
    row.target,
    row.count,
    row.reason,
    row.request_id,
    row.ip,
    row.detail,
  ];
  const body = fields.map((field) => (field === null ? '-\n' : `${Buffer.byteLength(field)}:${field}\n`)).join('');
  return createHash('sha256').update(Buffer.from(row.prev_hash, 'hex')).update(body).digest('hex');
}
