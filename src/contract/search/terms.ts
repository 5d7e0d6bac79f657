/** States as people search for them; `ready` and `waiting` are what pg-boss calls created, due or not. */
export const SEARCH_STATES = ['ready', 'active', 'waiting', 'retry', 'failed', 'cancelled', 'completed'] as const;
export type SearchState = (typeof SEARCH_STATES)[number];

/** Qualifiers whose value is a word; `*` in it stands for any letters. */
export const WORD_QUALIFIERS = ['queue', 'name', 'worker', 'group', 'key', 'parent', 'root'] as const;
export type WordQualifier = (typeof WORD_QUALIFIERS)[number];

/** How long something has been so: since it was created, since it was claimed, since it ended. */
export const AGE_QUALIFIERS = ['age', 'runtime', 'ended'] as const;
export type AgeQualifier = (typeof AGE_QUALIFIERS)[number];

export const NUMBER_QUALIFIERS = ['priority', 'attempt'] as const;
export type NumberQualifier = (typeof NUMBER_QUALIFIERS)[number];

export type Comparison = '<' | '>' | '=';

type Common = {
  /** Whether a job must not be so. */
  readonly not: boolean;
  /** The term as it was written, without what it excludes. */
  readonly raw: string;
};

export type Term = Common &
  (
    | { readonly kind: 'state'; readonly states: readonly SearchState[] }
    | { readonly kind: 'word'; readonly of: WordQualifier; readonly values: readonly string[] }
    | { readonly kind: 'id'; readonly ids: readonly string[] }
    | { readonly kind: 'error'; readonly value: string }
    | { readonly kind: 'text'; readonly value: string }
    | { readonly kind: 'data'; readonly path: readonly string[]; readonly value: string }
    | { readonly kind: 'age'; readonly of: AgeQualifier; readonly comparison: '<' | '>'; readonly seconds: number }
    | { readonly kind: 'number'; readonly of: NumberQualifier; readonly comparison: Comparison; readonly value: number }
  );

export type SearchFault = {
  /** The qualifier at fault, such as `age`; `query` when it is the query as a whole. */
  readonly qualifier: string;
  /** `expected …, got …`. */
  readonly message: string;
};

export const SEARCH_LIMITS = { characters: 600, terms: 20, values: 20, pathDepth: 12 } as const;
