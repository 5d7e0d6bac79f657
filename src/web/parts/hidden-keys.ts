/** Keys whose values nobody needs to see to run a queue. What matches is hidden from everybody, whatever their role. */
const SECRET_KEY =
  /(pass(word|wd|phrase)|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|authori[sz]ation|cookie|credential|signature|signed[-_]?url|\bjwt\b|\bpin\b|\bcvv\b)/i;

/** The part of a key because of which its value is hidden, or undefined when it may be shown. */
export function hiddenBecause(key: string): string | undefined {
  return SECRET_KEY.exec(key.replace(/([a-z])([A-Z])/g, '$1_$2'))?.[0].toLowerCase();
}
