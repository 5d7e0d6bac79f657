import type { Comparison, SearchState, Term } from '../../../contract/search/terms.ts';
import { SEARCH_STATES } from '../../../contract/search/terms.ts';
import type { RunningJob } from '../running-jobs.ts';
import { fits, type SearchPlan } from './search-plan.ts';

/** Keeps values apart from the statement: each becomes a parameter. */
export type Binder = { readonly values: unknown[]; bind(value: unknown, type: string): string };

export function createBinder(...first: readonly unknown[]): Binder {
  const values = [...first];
  return {
    values,
    bind(value, type) {
      values.push(value);
      return `$${values.length}::${type}`;
    },
  };
}

/** People say ready and waiting, pg-boss says created: a job that is due and not blocked is ready. */
const STATES: Readonly<Record<SearchState, string>> = {
  ready: `(j.state = 'created' AND j.start_after <= now() AND NOT j.blocked)`,
  waiting: `(j.state = 'created' AND (j.start_after > now() OR j.blocked))`,
  retry: `j.state = 'retry'`,
  active: `j.state = 'active'`,
  completed: `j.state = 'completed'`,
  cancelled: `j.state = 'cancelled'`,
  failed: `j.state = 'failed'`,
};

export type Running = ReadonlyMap<string, RunningJob>;

/** The condition on a job `j` and its latest attempt `a`: only what was parsed is in it, every value is a parameter. */
export function jobCondition(plan: SearchPlan, running: Running, binder: Binder): string {
  const states =
    plan.states.size === SEARCH_STATES.length
      ? []
      : [plan.states.size === 0 ? 'false' : `(${[...plan.states].map((state) => STATES[state]).join(' OR ')})`];
  return (
    [...states, ...plan.terms.map((term) => negated(term, termCondition(term, running, binder)))].join(' AND ') ||
    'true'
  );
}

/** Whether the condition reads the latest attempt, which costs a lookup for each job. */
export function needsAttempt({ terms }: SearchPlan): boolean {
  return terms.some(
    (term) => term.kind === 'error' || term.kind === 'text' || (term.kind === 'word' && term.of === 'worker'),
  );
}

/**
 * The same for a row of worker_api.attempt that ended a job, as far as its columns can tell: it lets through too much,
 * and never too little.
 */
export function attemptCondition(plan: SearchPlan, binder: Binder): string {
  const ended = [...plan.states].filter(
    (state) => state === 'failed' || state === 'cancelled' || state === 'completed',
  );
  const parts = [
    `queue = ANY(${binder.bind(plan.queues, 'text[]')})`,
    `state = ANY(${binder.bind(ended, 'text[]')})`,
    ...(ended.includes('completed') ? [] : [`outcome <> 'completed'`]),
  ];
  for (const term of plan.terms) {
    if (term.kind === 'word' && term.of === 'name') parts.push(negated(term, anyLike('name', term.values, binder)));
    if (term.kind === 'word' && term.of === 'worker')
      parts.push(negated(term, anyLike('worker_id', term.values, binder)));
    if (term.kind === 'error' && !term.not) parts.push(errorCondition('error', term.value, binder));
    if (term.kind === 'id' && !term.not) parts.push(`job_id = ANY(${binder.bind(term.ids, 'uuid[]')})`);
  }
  return parts.join(' AND ');
}

function negated({ not }: Term, condition: string): string {
  return not ? `(${condition}) IS NOT TRUE` : condition;
}

function termCondition(term: Term, running: Running, binder: Binder): string {
  switch (term.kind) {
    case 'word':
      return wordCondition(term, running, binder);
    case 'id':
      return `(j.id = ANY(${binder.bind(term.ids, 'uuid[]')}) OR j.source_id = ANY(${binder.bind(term.ids, 'uuid[]')}))`;
    case 'error':
      return `(${errorCondition('a.error', term.value, binder)} OR ${errorCondition('j.source_output', term.value, binder)})`;
    case 'text': {
      const pattern = binder.bind(`%${likeText(term.value)}%`, 'text');
      return `(j.data->>'name' ILIKE ${pattern} OR a.error->>'message' ILIKE ${pattern} OR a.error->>'code' ILIKE ${pattern})`;
    }
    case 'data': {
      const path = binder.bind(['payload', ...term.path], 'text[]');
      return term.value.includes('*')
        ? `(j.data #>> ${path}) LIKE ${binder.bind(pattern(term.value), 'text')}`
        : `(j.data #>> ${path}) = ${binder.bind(term.value, 'text')}`;
    }
    case 'age':
      return ageCondition(term, binder);
    case 'number': {
      const column =
        term.of === 'priority'
          ? 'j.priority'
          : `greatest(1, j.retry_count + 1 - coalesce((j.data->'meta'->>'released')::int, 0))`;
      return `${column} ${SIGNS[term.comparison]} ${binder.bind(term.value, 'int')}`;
    }
    case 'state':
      return 'true';
  }
}

const SIGNS: Readonly<Record<Comparison, string>> = { '<': '<', '>': '>', '=': '=' };

function wordCondition(term: Term & { kind: 'word' }, running: Running, binder: Binder): string {
  switch (term.of) {
    case 'name':
      return anyLike(`j.data->>'name'`, term.values, binder);
    case 'group':
      return anyLike('j.group_id', term.values, binder);
    case 'key':
      return anyLike('j.singleton_key', term.values, binder);
    case 'parent':
    case 'root':
      return anyLike(`j.data->'meta'->'lineage'->>'${term.of}'`, term.values, binder);
    case 'worker': {
      const now = [...running.values()].filter(({ workerId }) => term.values.some((value) => fits(value, workerId)));
      const ids = binder.bind(
        now.map(({ jobId }) => jobId),
        'uuid[]',
      );
      return `CASE WHEN j.state = 'active' THEN j.id = ANY(${ids}) ELSE ${anyLike('a.worker_id', term.values, binder)} END`;
    }
    case 'queue':
      return 'true';
  }
}

const SINCE = {
  age: 'now() - j.created_on',
  runtime: 'coalesce(j.completed_on, now()) - j.started_on',
  ended: 'now() - j.completed_on',
} as const;

function ageCondition(term: Term & { kind: 'age' }, binder: Binder): string {
  return `${SINCE[term.of]} ${SIGNS[term.comparison]} make_interval(secs => ${binder.bind(term.seconds, 'float8')})`;
}

function errorCondition(column: string, value: string, binder: Binder): string {
  const like = binder.bind(`%${likeText(value)}%`, 'text');
  return `(${column}->>'code' = ${binder.bind(value, 'text')} OR ${column}->>'message' ILIKE ${like})`;
}

function anyLike(column: string, values: readonly string[], binder: Binder): string {
  const plain = values.filter((value) => !value.includes('*'));
  const patterns = values.filter((value) => value.includes('*')).map(pattern);
  const parts = [
    ...(plain.length === 0 ? [] : [`${column} = ANY(${binder.bind(plain, 'text[]')})`]),
    ...(patterns.length === 0 ? [] : [`${column} LIKE ANY(${binder.bind(patterns, 'text[]')})`]),
  ];
  return parts.length === 1 ? parts.join('') : `(${parts.join(' OR ')})`;
}

function pattern(value: string): string {
  return value.split('*').map(likeText).join('%');
}

function likeText(value: string): string {
  return value.replace(/[\\%_]/g, '\\$&');
}
