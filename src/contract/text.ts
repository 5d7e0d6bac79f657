import type { FieldError } from './error.ts';
import { LIMITS } from './limits.ts';

type Visit = { readonly value: unknown; readonly path: string; readonly depth: number };

/**
 * The first reason why PostgreSQL's jsonb would refuse or change a parsed JSON value, or undefined when it is safe:
 * NUL, a lone surrogate, nesting over the limit, or a number that JSON cannot carry. Iterative, because the input
 * may be nested deeper than the stack.
 */
export function unsafeJson(root: unknown, path = ''): FieldError | undefined {
  const stack: Visit[] = [{ value: root, path, depth: 0 }];
  for (let visit = stack.pop(); visit !== undefined; visit = stack.pop()) {
    const fault = faultOf(visit);
    if (fault !== undefined) return { path: visit.path, message: fault };
    if (typeof visit.value === 'object' && visit.value !== null) {
      for (const [key, value] of Object.entries(visit.value)) {
        const below = visit.path === '' ? key : `${visit.path}.${key}`;
        const keyFault = textFault(key);
        if (keyFault !== undefined) return { path: visit.path, message: `a key: ${keyFault}` };
        stack.push({ value, path: below, depth: visit.depth + 1 });
      }
    }
  }
  return undefined;
}

function faultOf({ value, depth }: Visit): string | undefined {
  if (typeof value === 'string') return textFault(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return 'expected a finite number, got one beyond JSON';
  if (depth > LIMITS.nesting) return `expected nesting of at most ${String(LIMITS.nesting)}, got more`;
  return undefined;
}

/** Why a string cannot be stored as text, or undefined. */
export function textFault(text: string): string | undefined {
  if (text.includes('\u0000')) return 'expected text without NUL, got \\u0000';
  if (!text.isWellFormed()) return 'expected well-formed Unicode, got a lone surrogate';
  return undefined;
}
