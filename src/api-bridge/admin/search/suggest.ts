import { z } from 'zod';
import type { Catalogue } from '../../../contract/catalogue/index.ts';
import { DEAD_LETTER_QUEUE, QUEUES } from '../../../contract/queues.ts';
import { quote, readTokens } from '../../../contract/search/read-tokens.ts';
import { SEARCH_STATES } from '../../../contract/search/terms.ts';
import type { Pool } from '../../db/pool.ts';
import { readOnly } from '../read-only.ts';

export type Suggestion = { readonly term: string; readonly hint: string };
export type SuggestDeps = {
  readonly pool: Pool;
  readonly catalogue: Catalogue;
  /** Whether the person may see a path of a payload; what they may not is not offered. */
  isShown(path: string): boolean;
};

const MOST = 12;
/** Paths come from a look at the payloads of so many jobs that ended last. */
const SAMPLED = 100;

const QUALIFIERS: readonly Suggestion[] = [
  { term: 'state:', hint: 'ready, active, waiting, retry, failed, …' },
  { term: 'queue:', hint: 'where it waits' },
  { term: 'name:', hint: 'what it does; * stands for any letters' },
  { term: 'error:', hint: 'a code, or part of the message' },
  { term: 'worker:', hint: 'who runs or ran it' },
  { term: 'group:', hint: 'whose it is' },
  { term: 'key:', hint: 'its singleton key' },
  { term: 'parent:', hint: 'the id of the job that enqueued it' },
  { term: 'data.', hint: 'a path of the payload, data.order.id:7' },
  { term: 'age:', hint: 'since it was created, age:>5m' },
  { term: 'runtime:', hint: 'since it was claimed, runtime:>10m' },
  { term: 'ended:', hint: 'since it ended, ended:<24h' },
  { term: 'attempt:', hint: 'attempt:>1' },
  { term: 'priority:', hint: 'priority:>0' },
  { term: 'id:', hint: 'a job’s id' },
];

/** How the term that somebody types may go on, the likeliest first. */
export async function suggest(deps: SuggestDeps, typed: string): Promise<Suggestion[]> {
  const minus = typed.startsWith('-') ? '-' : '';
  const text = typed.slice(minus.length);
  const colon = text.indexOf(':');
  const found =
    colon > 0
      ? await valuesOf(deps, text.slice(0, colon), unfinished(text.slice(colon + 1)))
      : text.startsWith('data.')
        ? await paths(deps, text)
        : QUALIFIERS.filter(({ term }) => term.startsWith(text));
  return found.slice(0, MOST).map(({ term, hint }) => ({ term: `${minus}${term}`, hint }));
}

function unfinished(value: string): string {
  return readTokens(`x:${value}`)[0]?.values.at(-1) ?? '';
}

async function valuesOf(deps: SuggestDeps, qualifier: string, value: string): Promise<Suggestion[]> {
  const list = (values: readonly string[], hint: (value: string) => string = () => '') =>
    values
      .filter((each) => each.toLowerCase().includes(value.toLowerCase()))
      .sort((a, b) => Number(b.startsWith(value)) - Number(a.startsWith(value)))
      .map((each) => ({ term: `${qualifier}:${quote(each)}`, hint: hint(each) }));
  switch (qualifier) {
    case 'state':
      return list(SEARCH_STATES);
    case 'queue':
      return list([...QUEUES.map(({ name }) => name), DEAD_LETTER_QUEUE]);
    case 'name':
    case 'type':
      return list(deps.catalogue.jobs.map((job) => job.name));
    case 'worker':
      return list(await workers(deps.pool));
    case 'age':
    case 'ended':
    case 'runtime':
      return list(['>1m', '>5m', '>1h', '>1d', '<5m', '<1h', '<24h']);
    case 'attempt':
      return list(['>1', '1']);
    default:
      return [];
  }
}

async function workers(pool: Pool): Promise<string[]> {
  const found = await readOnly(pool, {}, (client) =>
    client.query<{ id: string }>('SELECT id FROM worker_api.worker ORDER BY last_seen_at DESC LIMIT 200'),
  );
  return found.rows.map(({ id }) => id);
}

const sample = z.object({ payload: z.unknown() });

async function paths({ pool, isShown }: SuggestDeps, text: string): Promise<Suggestion[]> {
  const found = await readOnly(pool, { avoidScans: true }, (client) =>
    client.query(
      `SELECT j.data->'payload' AS payload FROM (
         SELECT queue, job_id FROM worker_api.attempt ORDER BY settled_at DESC LIMIT ${SAMPLED}
       ) AS a JOIN LATERAL (
         SELECT data FROM pgboss.job WHERE name = a.queue AND id = a.job_id AND pg_column_size(data) < 4000 LIMIT 1
       ) AS j ON true`,
    ),
  );
  const counts = new Map<string, { count: number; example: string }>();
  for (const row of found.rows) walkPaths(sample.parse(row).payload, [], counts);
  return [...counts]
    .filter(([path]) => isShown(path))
    .map(([path, { count, example }]) => ({ term: `data.${path}:`, hint: example, count }))
    .filter(({ term }) => term.startsWith(text))
    .sort((a, b) => b.count - a.count);
}

const DEEPEST = 4;

function walkPaths(
  value: unknown,
  above: readonly string[],
  into: Map<string, { count: number; example: string }>,
): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || above.length >= DEEPEST) return;
  for (const [key, each] of Object.entries(value)) {
    const path = [...above, key];
    if (typeof each === 'object' && each !== null) walkPaths(each, path, into);
    else {
      const name = path.map(quotePart).join('.');
      const known = into.get(name);
      into.set(name, { count: (known?.count ?? 0) + 1, example: known?.example ?? String(each).slice(0, 40) });
    }
  }
}

function quotePart(part: string): string {
  return part.includes('.') ? `"${part.replace(/["\\]/g, '\\$&')}"` : quote(part);
}
