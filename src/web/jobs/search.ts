import { parseSearch } from '../../contract/search/parse-search.ts';
import { withQualifier } from '../../contract/search/change-search.ts';
import { quote } from '../../contract/search/read-tokens.ts';
import type { SearchFault, Term } from '../../contract/search/terms.ts';

/** What a list of jobs is narrowed to; all of it is in the URL, so that a list can be sent to somebody. */
export type Search = {
  readonly q: string;
  readonly terms: readonly Term[];
  readonly fault: SearchFault | undefined;
  readonly cursor: string | undefined;
};

/** Several `q` are parts of one: the terms that were there, and what was typed beside them. */
export function readSearch(query: URLSearchParams): Search {
  const q = query
    .getAll('q')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join(' ');
  const parsed = parseSearch(q);
  const cursor = query.get('cursor') ?? undefined;
  return {
    q,
    terms: 'fault' in parsed ? [] : parsed.terms,
    fault: 'fault' in parsed ? parsed.fault : undefined,
    cursor: cursor === '' ? undefined : cursor?.slice(0, 400),
  };
}

export function jobsHref(q: string, cursor?: string): string {
  return hrefOf('/jobs', { q, cursor });
}

/** A page about all jobs that a search finds. */
export function hrefOf(path: string, fields: Readonly<Record<string, string | undefined>>): string {
  // Colons and commas are the language of searches, and may stand in a query as they are.
  const text = Object.entries(fields)
    .flatMap(([key, value]) => (value === undefined || value === '' ? [] : [`${key}=${encode(value)}`]))
    .join('&');
  return text === '' ? path : `${path}?${text}`;
}

function encode(value: string): string {
  return encodeURIComponent(value).replace(/%3A/g, ':').replace(/%2C/g, ',').replace(/%20/g, '+');
}

/** The list with one facet chosen, or taken off when it was. */
export function facetHref(search: Search, qualifier: string, value: string, chosen: boolean): string {
  return jobsHref(withQualifier(search.q, qualifier, chosen ? null : value));
}

/** The same list as the older addresses asked for with a parameter for each facet. */
export function oldHref(query: URLSearchParams): string | undefined {
  const terms = ['state', 'queue', 'name'].flatMap((key) => {
    const value = query.get(key);
    return value === null || value === '' ? [] : [`${key}:${quote(value.slice(0, 200))}`];
  });
  if (terms.length === 0) return undefined;
  return jobsHref([query.get('q') ?? '', ...terms].join(' ').trim());
}
