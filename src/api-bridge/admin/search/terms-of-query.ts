import type { Catalogue } from '../../../contract/catalogue/index.ts';
import type { Term } from '../../../contract/search/terms.ts';
import type { Principal } from '../../auth/principal.ts';
import { fieldFault } from '../../http/bridge-error.ts';
import { isSearchable } from '../redact.ts';
import { readTerms } from './search-plan.ts';

type Query = {
  readonly q?: string | undefined;
  readonly state?: string | undefined;
  readonly queue?: string | undefined;
  readonly name?: string | undefined;
};

/** The terms of a query that somebody asks for; a fault of it is a 422 that names the qualifier. */
export function termsFor(q: string, principal: Principal, catalogue: Catalogue): readonly Term[] {
  const terms = readTerms(q);
  for (const term of terms) {
    if (term.kind !== 'data' || isShownPath(term.path.join('.'), principal, catalogue)) continue;
    const path = `data.${term.path.join('.')}`;
    throw fieldFault('query.q', `${path}: expected a path that is not hidden from you, got one that is`);
  }
  return terms;
}

/** What a person may not see they must not find out by guessing either, whichever job's payload hides it. */
export function isShownPath(path: string, principal: Principal, catalogue: Catalogue): boolean {
  const declared = catalogue.jobs.flatMap((job) => job.redact ?? []);
  return isSearchable(path, principal, declared);
}

/** The terms of `q` and of the older parameters, which each stand for one plain term. */
export function termsOfQuery(
  { q = '', state, queue, name }: Query,
  principal: Principal,
  catalogue: Catalogue,
): readonly Term[] {
  const plain = (of: 'queue' | 'name', value: string | undefined): Term[] =>
    value === undefined ? [] : [{ kind: 'word', of, values: [value.replaceAll('*', '')], not: false, raw: '' }];
  return [
    ...termsFor(q, principal, catalogue),
    ...(state === undefined ? [] : readTerms(`state:${state}`)),
    ...plain('queue', queue),
    ...plain('name', name),
  ];
}
