import { z } from 'zod';

const STATES = ['ready', 'active', 'waiting', 'retry', 'completed', 'failed', 'cancelled', 'created'] as const;

const filter = z.object({
  state: z.enum(STATES).optional().catch(undefined),
  queue: z.string().min(1).max(128).optional().catch(undefined),
  name: z.string().trim().min(1).max(200).optional().catch(undefined),
  cursor: z.string().min(1).max(400).optional().catch(undefined),
});

/** What a list of jobs is narrowed to; all of it is in the URL, so that a list can be sent to somebody. */
export type ListFilter = z.infer<typeof filter>;

/** Reads the query; what does not fit is left out, as if it had not been asked. */
export function readFilter(query: Readonly<Record<string, string>>): ListFilter {
  return filter.parse(query);
}

type Change = { readonly [Key in keyof ListFilter]: ListFilter[Key] | null };

/** The list with something changed; null takes a filter off. A changed filter starts at the first page again. */
export function jobsHref(current: ListFilter, change: Change = {}): string {
  const merged = { ...current, cursor: undefined, ...change };
  const query = new URLSearchParams();
  for (const key of ['state', 'queue', 'name', 'cursor'] as const) {
    const value = merged[key];
    if (value !== undefined && value !== null) query.set(key, value);
  }
  const text = query.toString();
  return text === '' ? '/jobs' : `/jobs?${text}`;
}
