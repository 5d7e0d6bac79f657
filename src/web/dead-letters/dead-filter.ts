import { z } from 'zod';
import { deadReason, type DeadFilter } from '../../contract/dead-letter.ts';

const filter = z.object({
  queue: z.string().min(1).max(128).optional().catch(undefined),
  reason: deadReason.optional().catch(undefined),
  name: z.string().min(1).max(200).optional().catch(undefined),
  cursor: z.string().min(1).max(400).optional().catch(undefined),
});
export type DeadQuery = z.infer<typeof filter>;

/** Reads a query or a form; what does not fit is left out, as if it had not been asked. */
export function readDeadQuery(query: Readonly<Record<string, string>>): DeadQuery {
  return filter.parse(query);
}

/** What a filter says, as fields of a form or a query. */
export function fieldsOf({ queue, reason, name }: DeadFilter): [string, string][] {
  const fields: [string, string][] = [];
  if (queue !== undefined) fields.push(['queue', queue]);
  if (reason !== undefined) fields.push(['reason', reason]);
  if (name !== undefined) fields.push(['name', name]);
  return fields;
}

export function deadHref(wanted: DeadFilter, cursor?: string): string {
  const query = new URLSearchParams(fieldsOf(wanted));
  if (cursor !== undefined) query.set('cursor', cursor);
  const text = query.toString();
  return text === '' ? '/dead' : `/dead?${text}`;
}
