import { randomInt } from 'node:crypto';

/** Letters and digits that nobody confuses when they are read out. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 4;
const IN_GROUP = 5;

export const ONE_TIME_DAYS = 7;

/** Twenty letters out of 31, about 99 bits: `xk4mf-92hqt-…`. */
export function makeOneTimePassword(): string {
  const group = () => Array.from({ length: IN_GROUP }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}
