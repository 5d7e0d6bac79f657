import { z } from 'zod';
import type { JobFacets } from '../../../contract/operator.ts';
import { SEARCH_STATES, type SearchState, type Term } from '../../../contract/search/terms.ts';
import type { Pool, Queryable } from '../../db/pool.ts';
import type { Counts } from '../counts.ts';
import { findCandidates, type Candidates } from '../job-candidates.ts';
import { CHANGED_AT, LATEST_ATTEMPT } from '../job-row.ts';
import { readOnly } from '../read-only.ts';
import { readRunningJobs } from '../running-jobs.ts';
import { fits, planOf, type SearchPlan } from './search-plan.ts';
import { createBinder, jobCondition, type Running } from './sql-of-terms.ts';

/** How many matches are counted one by one. */
const COUNTED = 10_000;
/** Of a large table: each of these costs two lookups. */
const DEPTH = { pending: 2_000, ended: 2_000 };
const SHOWN = 12;

const FACETS = ['state', 'queue', 'name', 'worker', 'group'] as const;
type Facet = (typeof FACETS)[number];

const row = z.object({
  state: z.enum(SEARCH_STATES),
  queue: z.string(),
  name: z.string(),
  worker: z.string().nullable(),
  group: z.string().nullable(),
  count: z.number(),
});
type Combination = z.infer<typeof row>;

export type FacetDeps = { readonly pool: Pool; readCounts(): Promise<Counts> };

/**
 * What a search can be narrowed to, and how many each choice would leave: a facet counts without its own term. Up to
 * 10,000 matches are looked at, of a large table the next and the latest 2,000; beyond that `more` says that every number is
 * a lower bound.
 */
export async function readFacets({ pool, readCounts }: FacetDeps, terms: readonly Term[]): Promise<JobFacets> {
  const counts = await readCounts();
  const wide = planOf(terms.filter((term) => facetOf(term) === undefined));
  const { combinations, more } = await readOnly(pool, { avoidScans: counts.estimated }, async (client) => {
    const running = await readRunningJobs(client);
    const found = counts.estimated ? await findCandidates(client, wide, running, undefined, DEPTH) : undefined;
    const combinations = await readCombinations(client, wide, running, found);
    const counted = combinations.reduce((sum, { count }) => sum + count, 0);
    return { combinations, more: counted >= COUNTED || found?.lookedBackTo !== undefined };
  });
  const choices = (facet: Facet) => {
    const others = terms.filter((term) => facetOf(term) !== facet);
    const sums = new Map<string, number>();
    for (const each of combinations) {
      const value = each[facet];
      if (value === null || !others.every((term) => allows(term, each))) continue;
      sums.set(value, (sums.get(value) ?? 0) + each.count);
    }
    const sorted = [...sums].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1));
    return sorted.slice(0, facet === 'state' ? sorted.length : SHOWN).map(([value, count]) => ({ value, count }));
  };
  const matched = combinations.filter((each) => terms.every((term) => allows(term, each)));
  return {
    matched: matched.reduce((sum, { count }) => sum + count, 0),
    more,
    states: choices('state'),
    queues: choices('queue'),
    names: choices('name'),
    workers: choices('worker'),
    groups: choices('group'),
    ...wholeCounts(terms, wide, counts),
  };
}

/** Where only states and queues are asked for, the counts of all jobs are at hand and no sample is needed. */
function wholeCounts(terms: readonly Term[], wide: SearchPlan, counts: Counts): Partial<JobFacets> {
  if (wide.terms.length > 0 || terms.some((term) => !['state', 'queue'].includes(facetOf(term) ?? ''))) return {};
  const plan = planOf(terms);
  const asked = new Set(plan.queues);
  if (asked.has('dead_letter')) return {};
  const withStates = counts.queues.filter(({ name }) => asked.has(name));
  const stateSum = (state: SearchState) => withStates.reduce((sum, queue) => sum + queue[state], 0);
  const queueSum = (queue: Counts['queues'][number]) => [...plan.states].reduce((sum, state) => sum + queue[state], 0);
  const queues = counts.queues.map((queue) => ({ value: queue.name, count: queueSum(queue) }));
  return {
    matched: withStates.reduce((sum, queue) => sum + queueSum(queue), 0),
    more: false,
    states: SEARCH_STATES.map((state) => ({ value: state, count: stateSum(state) })).filter(({ count }) => count > 0),
    queues: queues.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count),
  };
}

function facetOf(term: Term): Facet | undefined {
  if (term.kind === 'state') return 'state';
  return term.kind === 'word' ? FACETS.find((facet) => facet === term.of) : undefined;
}

function allows(term: Term, combination: Combination): boolean {
  if (term.kind === 'state') return term.states.includes(combination.state) !== term.not;
  const facet = facetOf(term);
  if (term.kind !== 'word' || facet === undefined) return true;
  const value = combination[facet];
  return (value !== null && term.values.some((each) => fits(each, value))) !== term.not;
}

const BY_KEY = `unnest($5::text[], $6::uuid[]) AS key(queue, id) CROSS JOIN LATERAL (
  SELECT * FROM pgboss.job WHERE name = key.queue AND id = key.id LIMIT 1) AS j`;

async function readCombinations(
  db: Queryable,
  plan: SearchPlan,
  running: Running,
  found: Candidates | undefined,
): Promise<Combination[]> {
  const now = [...running.values()];
  const binder = createBinder(
    plan.queues,
    now.map(({ jobId }) => jobId),
    now.map(({ workerId }) => workerId),
    COUNTED,
    ...(found === undefined ? [] : [found.keys.map((key) => key.queue), found.keys.map((key) => key.id)]),
  );
  const among = found === undefined ? 'pgboss.job AS j' : BY_KEY;
  const order = found === undefined ? `ORDER BY ${CHANGED_AT} DESC` : '';
  const result = await db.query(
    `SELECT CASE WHEN state <> 'created' THEN state::text WHEN start_after <= now() AND NOT blocked THEN 'ready'
                 ELSE 'waiting' END AS state,
            queue, coalesce(job, queue) AS name, CASE WHEN state = 'active' THEN now_at ELSE worker_id END AS worker,
            group_id AS "group", count(*)::int AS count
     FROM (
       SELECT j.state, j.start_after, j.blocked, j.name AS queue, left(j.data->>'name', 200) AS job, j.group_id,
              a.worker_id, r.worker AS now_at
       FROM ${among} ${LATEST_ATTEMPT} LEFT JOIN unnest($2::uuid[], $3::text[]) AS r(id, worker) ON r.id = j.id
       WHERE j.name = ANY($1) AND ${jobCondition(plan, running, binder)} ${order} LIMIT $4
     ) AS matches GROUP BY 1, 2, 3, 4, 5`,
    binder.values,
  );
  return result.rows.map((each) => row.parse(each));
}
