import { createHash } from 'node:crypto';
import type { Failure } from '../../contract/settlement.ts';

/** A job whose messages never repeat must not fill the list of failures: what is beyond counts as one kind. */
const MOST_KINDS = 100;
const READ_CHARACTERS = 600;
const KEPT_CHARACTERS = 200;

/** From the most telling to the least; every pattern runs once over the text, whatever stands in it. */
const VARIABLE: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s"'<>]+/gi, '<url>'],
  [/[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}/g, '<email>'],
  [/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, '<id>'],
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?/g, '<time>'],
  [/"[^"]*"|`[^`]*`|(?<!\w)'[^']*'(?!\w)/g, '<text>'],
  [/(?<![\w<])\/[\w.@~-]+(?:\/[\w.@~-]+)+/g, '<path>'],
  [/\b(?=[\w-]*\d)[\w-]{12,}\b|\b(?=\w*\d)[0-9a-f]{7,}\b/gi, '<id>'],
  // A number within a word is part of a name, such as libx265.
  [/(?<!\w)\d+(?:\.\d+)?/g, '<n>'],
];

/** A message without what differs from one failure of a kind to the next. */
export function normaliseMessage(message: string): string {
  const [line = ''] = message.slice(0, READ_CHARACTERS).trim().split('\n', 1);
  const plain = VARIABLE.reduce((text, [pattern, word]) => text.replace(pattern, word), line);
  return plain.replace(/\s+/g, ' ').trim().slice(0, KEPT_CHARACTERS);
}

export type Fingerprinter = (job: string, error: Failure) => string;

/**
 * Gives failures that are one and the same fault the same text of 16 characters: by the job's name, the error's name and
 * code, and its message without numbers, ids, quotes, paths and addresses. Of each job at most `mostKinds` messages
 * are told apart.
 */
export function createFingerprinter(mostKinds = MOST_KINDS): Fingerprinter {
  const seen = new Map<string, Set<string>>();
  return (job, error) => {
    const kinds = seen.get(job) ?? new Set<string>();
    seen.set(job, kinds);
    const message = normaliseMessage(error.message);
    const known = kinds.has(message) || kinds.size < mostKinds;
    if (known) kinds.add(message);
    return hash([job, error.name ?? '', error.code ?? '', ...(known ? [message] : [])]);
  };
}

function hash(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/** The one that every attempt of this process is recorded with. */
export const fingerprintOf: Fingerprinter = createFingerprinter();
