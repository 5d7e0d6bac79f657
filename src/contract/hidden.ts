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

/** What stands where a value was taken out, with the rule that took it out. */
export type HiddenMark = { readonly $hidden: string };

export const HIDDEN = {
  /** The person lacks the right to see payloads. */
  right: 'from you: your account may not see payloads',
  declared: 'for everyone: the job declares it so',
  deep: 'for everyone: it is nested too deeply',
  key: (match: string) => `for everyone: the key matches *${match}*`,
} as const;

/** The rule that took a value out, or undefined when the value is itself. */
export function hiddenRule(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('$hidden' in value)) return undefined;
  return Object.keys(value).length === 1 && typeof value.$hidden === 'string' ? value.$hidden : undefined;
}
