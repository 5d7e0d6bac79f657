import { parseSearch } from '../../../contract/search/parse-search.ts';
import { SEARCH_STATES, type SearchState, type Term } from '../../../contract/search/terms.ts';
import { DEAD_LETTER_QUEUE, QUEUES } from '../../../contract/queues.ts';
import { fieldFault } from '../../http/bridge-error.ts';

export type Stretch = 'pending' | 'running' | 'ended';

/** What a search looks for, and where that can be. */
export type SearchPlan = {
  /** The queues that can hold it; dead letters only where they are asked for by name. */
  readonly queues: readonly string[];
  readonly states: ReadonlySet<SearchState>;
  readonly stretches: ReadonlySet<Stretch>;
  /** Every term but those of queues and states, which are above. */
  readonly terms: readonly Term[];
};

const STRETCHES: Readonly<Record<SearchState, Stretch>> = {
  ready: 'pending',
  waiting: 'pending',
  retry: 'pending',
  active: 'running',
  failed: 'ended',
  cancelled: 'ended',
  completed: 'ended',
};

/** The terms of a query; a fault of it is a 422 that names the qualifier. */
export function readTerms(query: string): readonly Term[] {
  const parsed = parseSearch(query);
  if ('fault' in parsed) throw fieldFault('query.q', `${parsed.fault.qualifier}: ${parsed.fault.message}`);
  return parsed.terms;
}

export function planOf(terms: readonly Term[]): SearchPlan {
  const states = new Set(SEARCH_STATES.filter((state) => terms.every((term) => allowsState(term, state))));
  const dead = terms.some((term) => term.kind === 'word' && term.of === 'queue' && names(term, DEAD_LETTER_QUEUE));
  const known = [...QUEUES.map(({ name }) => name), ...(dead ? [DEAD_LETTER_QUEUE] : [])];
  return {
    queues: known.filter((queue) => terms.every((term) => allowsQueue(term, queue))),
    states,
    stretches: new Set([...states].map((state) => STRETCHES[state])),
    terms: terms.filter((term) => term.kind !== 'state' && !(term.kind === 'word' && term.of === 'queue')),
  };
}

function allowsState(term: Term, state: SearchState): boolean {
  return term.kind !== 'state' || term.states.includes(state) !== term.not;
}

function allowsQueue(term: Term, queue: string): boolean {
  if (term.kind !== 'word' || term.of !== 'queue') return true;
  return term.values.some((value) => fits(value, queue)) !== term.not;
}

function names(term: Term & { kind: 'word' }, queue: string): boolean {
  return !term.not && term.values.includes(queue);
}

/** Whether a value with `*` in it fits a word; all letters count. */
export function fits(value: string, word: string): boolean {
  if (!value.includes('*')) return value === word;
  const parts = value.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^]*')}$`).test(word);
}
