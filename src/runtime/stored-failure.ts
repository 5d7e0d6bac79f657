import { inspect } from 'node:util';
import type { Failure } from '../contract/settlement.ts';

const MESSAGE_CHARACTERS = 20_000;
const STACK_CHARACTERS = 50_000;
const WORD_CHARACTERS = 200;

/**
 * A thrown thing, made safe to store: text without NUL and lone surrogates, bounded, whatever was thrown. It never
 * throws itself, even when the thing's own getters or toString do.
 */
export function storedFailure(thrown: unknown): Failure {
  const message = read(thrown, 'message');
  const code = read(thrown, 'code');
  const name = read(thrown, 'name');
  const stack = read(thrown, 'stack');
  return {
    message: storableText(typeof message === 'string' ? message : describe(thrown), MESSAGE_CHARACTERS),
    ...(typeof code === 'string' || typeof code === 'number'
      ? { code: storableText(String(code), WORD_CHARACTERS) }
      : {}),
    ...(typeof name === 'string' ? { name: storableText(name, WORD_CHARACTERS) } : {}),
    ...(typeof stack === 'string' ? { stack: storableText(stack, STACK_CHARACTERS) } : {}),
  };
}

/** Text that PostgreSQL can store: NUL and lone surrogates become the replacement character, the rest is cut off. */
export function storableText(text: string, characters: number): string {
  return text.slice(0, characters).toWellFormed().replaceAll('\u0000', '\uFFFD');
}

function read(thrown: unknown, key: string): unknown {
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  try {
    return Reflect.get(thrown, key);
  } catch {
    return undefined;
  }
}

function describe(thrown: unknown): string {
  try {
    return `thrown: ${inspect(thrown, { depth: 2 })}`;
  } catch {
    return 'something that cannot be described was thrown';
  }
}
