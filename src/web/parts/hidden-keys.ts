/** Keys whose values nobody needs to see to run a queue. What matches is hidden from everybody, whatever their role. */
const SECRET_KEY =
  /(pass(word|wd|phrase)|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|authori[sz]ation|cookie|credential|signature|signed[-_]?url|\bjwt\b|\bpin\b|\bcvv\b)/i;

/**
 * The part of a key because of which its value is hidden, or undefined when it may be shown. Empty values hide nothing,
 * and a number of tokens is a count, not a token.
 */
export function hiddenBecause(key: string, value: unknown): string | undefined {
  if (value === null || value === '') return undefined;
  const match = SECRET_KEY.exec(key.replace(/([a-z])([A-Z])/g, '$1_$2'))?.[0].toLowerCase();
  return match === 'token' && typeof value === 'number' ? undefined : match;
}
