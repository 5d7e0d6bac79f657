import { z } from 'zod';
import { text, timestamp } from './fields.ts';

const entryId = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

/** Which entries of the audit log are meant; times are of the API's clock. */
export const auditFilter = z.object({
  /** `operator ann@example.com`, or the name alone. */
  actor: text(1, 400).optional(),
  action: text(1, 100).optional(),
  /** How the target begins. */
  target: text(1, 400).optional(),
  from: timestamp.optional(),
  to: timestamp.optional(),
});
export type AuditFilter = z.infer<typeof auditFilter>;

export const auditQuery = auditFilter.extend({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  /** Entries older than this one. */
  before: entryId.optional(),
  /** Entries newer than this one; the list is newest first all the same. */
  after: entryId.optional(),
});

export const auditEntry = z.object({
  id: z.number(),
  at: timestamp,
  actor: z.string(),
  action: z.string(),
  target: z.string(),
  count: z.number().optional(),
  reason: z.string().optional(),
  requestId: z.string().optional(),
  ip: z.string().optional(),
  detail: z.record(z.string(), z.unknown()),
  /** SHA-256 over the entry before and this one, in hexadecimal digits. */
  hash: z.string(),
});
export type AuditEntry = z.infer<typeof auditEntry>;

export const auditChain = z.object({
  /** The newest entry; its number is also how many there are. */
  head: z.object({ id: z.number(), hash: z.string() }).optional(),
  /** Up to where the API has checked the chain and signed what it found, and when. */
  sealed: z.object({ id: z.number(), at: timestamp }).optional(),
  /** The first entry at which the chain does not hold. */
  broken: z.object({ id: z.number(), why: z.string() }).optional(),
});
export type AuditChain = z.infer<typeof auditChain>;

export const auditList = z.object({
  entries: z.array(auditEntry),
  hasOlder: z.boolean(),
  hasNewer: z.boolean(),
  chain: auditChain,
  /** What there is to filter by. */
  actors: z.array(z.string()),
  actions: z.array(z.string()),
});
export type AuditList = z.infer<typeof auditList>;
