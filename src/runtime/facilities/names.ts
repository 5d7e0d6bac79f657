import { textFault } from '../../contract/text.ts';
import { NonRetryable } from '../../jobs/index.ts';

/** Throws NonRetryable for a key or name that the API would refuse: the next attempt would use the same one. */
export function assertName(what: string, name: string, mostCharacters: number): void {
  const fault =
    typeof name !== 'string' || name === '' || name.length > mostCharacters
      ? `expected 1 to ${mostCharacters} characters, got ${typeof name === 'string' ? name.length : typeof name}`
      : textFault(name);
  if (fault !== undefined) throw new NonRetryable(`${what}: ${fault}`, { code: 'invalid_name' });
}
