import { HIDDEN, hiddenBecause, hiddenRule, type HiddenMark } from '../../contract/hidden.ts';
import type { Principal } from '../auth/principal.ts';

/** Deeper than people read, and far below where a recursion ends. */
const DEEPEST = 64;

/** Whether somebody may see payloads at all: a right apart from the role. Services see what they sent or work on. */
export function seesPayloads(principal: Principal): boolean {
  return principal.type !== 'operator' || principal.seesPayloads;
}

/**
 * A payload, an output or a part of one as a person may see it: without the right nothing of it, and with it everything
 * but values under secret keys and below the paths that the job declares. What is taken out leaves its rule behind.
 */
export function redact(
  value: unknown,
  { principal, paths = [] }: { readonly principal: Principal; readonly paths?: readonly string[] | undefined },
): unknown {
  if (!seesPayloads(principal)) return hidden(HIDDEN.right);
  return visit(
    value,
    paths.map((path) => path.split('.')),
    0,
  );
}

/** Puts what was taken out back where its mark still stands, so that somebody can edit what they may not see. */
export function restore(edited: unknown, original: unknown): unknown {
  if (hiddenRule(edited) !== undefined) return original;
  if (Array.isArray(edited)) {
    const items: readonly unknown[] = Array.isArray(original) ? original : [];
    return edited.map((each, index) => restore(each, items[index]));
  }
  if (!isObject(edited)) return edited;
  const before = new Map(isObject(original) ? Object.entries(original) : []);
  return Object.fromEntries(Object.entries(edited).map(([key, each]) => [key, restore(each, before.get(key))]));
}

/** Whether a mark stands anywhere in it, where a real value is expected. */
export function hasMark(value: unknown): boolean {
  if (hiddenRule(value) !== undefined) return true;
  return isObject(value) && Object.values(value).some(hasMark);
}

/** Whether a search may look at this path: what is hidden must not be found out by guessing. */
export function isSearchable(path: string, principal: Principal, declared: readonly string[]): boolean {
  const keys = path.split('.');
  if (!seesPayloads(principal) || keys.some((key) => hiddenBecause(key, 'x') !== undefined)) return false;
  return !declared.some((rule) => {
    const parts = rule.split('.');
    return parts.slice(0, keys.length).every((part, index) => part === '*' || part === keys[index]);
  });
}

type Rules = readonly (readonly string[])[];

function visit(value: unknown, rules: Rules, depth: number): unknown {
  if (!isObject(value)) return value;
  if (depth > DEEPEST) return hidden(HIDDEN.deep);
  if (Array.isArray(value)) return value.map((each, index) => child(String(index), each, rules, depth));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, child(key, each, rules, depth)]));
}

function child(key: string, value: unknown, rules: Rules, depth: number): unknown {
  const match = hiddenBecause(key, value);
  if (match !== undefined) return hidden(HIDDEN.key(match));
  const below = rules.filter(([first]) => first === '*' || first === key).map((rule) => rule.slice(1));
  if (below.some((rule) => rule.length === 0)) return hidden(HIDDEN.declared);
  return visit(value, below, depth + 1);
}

function hidden(rule: string): HiddenMark {
  return { $hidden: rule };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
