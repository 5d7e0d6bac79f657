import { parseSearch } from './parse-search.ts';
import { quote } from './read-tokens.ts';
import type { Term } from './terms.ts';

/** Which qualifier a term belongs to, as it would be written. */
export function qualifierOf(term: Term): string {
  switch (term.kind) {
    case 'word':
    case 'age':
    case 'number':
      return term.of;
    default:
      return term.kind;
  }
}

/** The query with `qualifier:value` in place of what it said of that qualifier; null takes it off. */
export function withQualifier(query: string, qualifier: string, value: string | null): string {
  const parsed = parseSearch(query);
  const kept = 'fault' in parsed ? [] : parsed.terms.filter((term) => qualifierOf(term) !== qualifier);
  return [...kept.map((term) => term.raw), ...(value === null ? [] : [`${qualifier}:${quote(value)}`])].join(' ');
}

/** The query without one of its terms. */
export function withoutTerm(query: string, term: Term): string {
  const parsed = parseSearch(query);
  if ('fault' in parsed) return '';
  return parsed.terms
    .filter((each) => each.raw !== term.raw)
    .map((each) => each.raw)
    .join(' ');
}

/** What the query says of a qualifier, when that is one plain value; what a facet marks as chosen. */
export function chosenIn(terms: readonly Term[], qualifier: string): string | undefined {
  const term = terms.find((each) => !each.not && qualifierOf(each) === qualifier);
  if (term?.kind === 'word') return term.values.length === 1 ? term.values[0] : undefined;
  if (term?.kind === 'state') return term.states.length === 1 ? term.states[0] : undefined;
  return undefined;
}
