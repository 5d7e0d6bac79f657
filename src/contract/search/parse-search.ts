import { textFault } from '../text.ts';
import { readTokens, type Token } from './read-tokens.ts';
import { AGE_QUALIFIERS, NUMBER_QUALIFIERS, SEARCH_LIMITS, SEARCH_STATES, WORD_QUALIFIERS } from './terms.ts';
import type { Comparison, SearchFault, SearchState, Term } from './terms.ts';

/** Other words for states: what pg-boss, other dashboards and people call them. */
const STATE_WORDS: Readonly<Record<string, readonly SearchState[]>> = {
  ...Object.fromEntries(SEARCH_STATES.map((state) => [state, [state]])),
  created: ['ready', 'waiting'],
  running: ['active'],
  retrying: ['retry'],
  scheduled: ['waiting'],
  dead: ['failed'],
  done: ['completed'],
  unfinished: ['ready', 'waiting', 'retry', 'active'],
};

const ALIASES: Readonly<Record<string, string>> = { type: 'name', job: 'name', tenant: 'group', singleton: 'key' };
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const LONGEST_SECONDS = 3650 * 86_400;

export type Search = { readonly terms: readonly Term[] } | { readonly fault: SearchFault };

class Refused extends Error {
  readonly fault: SearchFault;
  constructor(fault: SearchFault) {
    super(fault.message);
    this.fault = fault;
  }
}

/** Reads a query such as `state:failed queue:email -name:a.* data.order.id:7 age:>5m`. Never throws: a fault is a value. */
export function parseSearch(query: string): Search {
  try {
    const fault = textFault(query);
    if (fault !== undefined) refuse('query', fault);
    if (query.length > SEARCH_LIMITS.characters) {
      refuse('query', `expected at most ${SEARCH_LIMITS.characters} characters, got ${query.length}`);
    }
    const tokens = readTokens(query);
    if (tokens.length > SEARCH_LIMITS.terms) {
      refuse('query', `expected at most ${SEARCH_LIMITS.terms} terms, got ${tokens.length}`);
    }
    return { terms: tokens.map(termOf) };
  } catch (error) {
    if (error instanceof Refused) return { fault: error.fault };
    throw error;
  }
}

function refuse(qualifier: string, message: string): never {
  throw new Refused({ qualifier, message });
}

function termOf(token: Token): Term {
  const { raw, not, qualifier, path, values } = token;
  const [value = ''] = values;
  const common = { raw, not };
  if (qualifier === undefined) {
    return UUID.test(value)
      ? { ...common, kind: 'id', ids: [value.toLowerCase()] }
      : { ...common, kind: 'text', value };
  }
  const known = ALIASES[qualifier] ?? qualifier;
  if (values.some((each) => each === '')) refuse(qualifier, `expected a value after ${qualifier}:, got nothing`);
  if (values.length > SEARCH_LIMITS.values) {
    refuse(qualifier, `expected at most ${SEARCH_LIMITS.values} values, got ${values.length}`);
  }
  if (known === 'data') return dataTerm(common, qualifier, path, values.join(','));
  if (path.length > 0) refuse(qualifier, `expected ${qualifier}: without a path, got ${qualifier}.${path.join('.')}`);
  const word = WORD_QUALIFIERS.find((each) => each === known);
  if (word !== undefined) return { ...common, kind: 'word', of: word, values };
  const age = AGE_QUALIFIERS.find((each) => each === known);
  if (age !== undefined) return { ...common, kind: 'age', of: age, ...readAge(qualifier, value) };
  const number = NUMBER_QUALIFIERS.find((each) => each === known);
  if (number !== undefined) return { ...common, kind: 'number', of: number, ...readNumber(qualifier, value) };
  if (known === 'state') return { ...common, kind: 'state', states: values.flatMap(readState) };
  if (known === 'error') return { ...common, kind: 'error', value: values.join(',') };
  if (known === 'id') return { ...common, kind: 'id', ids: values.map(readId) };
  return refuse(
    qualifier.slice(0, 40),
    `expected one of ${[...WORD_QUALIFIERS, 'state', 'error', 'id', 'data.path', ...AGE_QUALIFIERS, ...NUMBER_QUALIFIERS].join(', ')}, got ${short(qualifier)}; put text with a colon in quotes`,
  );
}

function dataTerm(common: Pick<Term, 'raw' | 'not'>, qualifier: string, path: readonly string[], value: string): Term {
  if (path.length === 0 || path.some((each) => each === '')) {
    refuse(qualifier, 'expected a path and a value such as data.order.id:7, got no path');
  }
  if (path.length > SEARCH_LIMITS.pathDepth) {
    refuse(qualifier, `expected at most ${SEARCH_LIMITS.pathDepth} steps in the path, got ${path.length}`);
  }
  return { ...common, kind: 'data', path, value };
}

function readState(word: string): readonly SearchState[] {
  const states = Object.hasOwn(STATE_WORDS, word.toLowerCase()) ? STATE_WORDS[word.toLowerCase()] : undefined;
  return states ?? refuse('state', `expected one of ${SEARCH_STATES.join(', ')}, got ${short(word)}`);
}

function readId(value: string): string {
  return UUID.test(value) ? value.toLowerCase() : refuse('id', `expected a job's id, got ${short(value)}`);
}

/** `>5m`, `<24h`, `>1.5h`; without a sign it means older. */
function readAge(qualifier: string, value: string): { comparison: '<' | '>'; seconds: number } {
  const [, sign, count = '', unit = ''] = /^([<>]?)=?(\d{1,9}(?:\.\d{1,3})?)([smhdw])$/.exec(value) ?? [];
  const seconds = Number(count) * (UNITS[unit] ?? Number.NaN);
  if (!(seconds <= LONGEST_SECONDS)) {
    refuse(qualifier, `expected a comparison and a duration such as >5m or <24h, got ${short(value)}`);
  }
  return { comparison: sign === '<' ? '<' : '>', seconds };
}

function readNumber(qualifier: string, value: string): { comparison: Comparison; value: number } {
  const [, sign, count] = /^([<>=]?)(-?\d{1,9})$/.exec(value) ?? [];
  if (count === undefined) return refuse(qualifier, `expected a number such as 5 or >5, got ${short(value)}`);
  return { comparison: sign === '<' || sign === '>' ? sign : '=', value: Number(count) };
}

function short(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}
