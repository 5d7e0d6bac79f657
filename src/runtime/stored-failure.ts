import { inspect } from 'node:util';
import { categoryOf } from '../contract/failure-category.ts';
import type { Failure } from '../contract/settlement.ts';
import { redactLine } from '../process/redact.ts';

const MESSAGE_CHARACTERS = 20_000;
const STACK_CHARACTERS = 50_000;
const WORD_CHARACTERS = 200;
const CAUSES_LOOKED_AT = 5;

/**
 * A thrown thing, made safe to store: text without tokens, NUL and lone surrogates, bounded, whatever was thrown. It never
 * throws itself, even when the thing's own getters or toString do.
 */
export function storedFailure(thrown: unknown): Failure {
  const message = read(thrown, 'message');
  const code = read(thrown, 'code');
  const name = read(thrown, 'name');
  const stack = read(thrown, 'stack');
  const words = {
    message: storableText(redactLine(typeof message === 'string' ? message : describe(thrown)), MESSAGE_CHARACTERS),
    ...(typeof code === 'string' || typeof code === 'number'
      ? { code: storableText(String(code), WORD_CHARACTERS) }
      : {}),
    ...(typeof name === 'string' ? { name: storableText(name, WORD_CHARACTERS) } : {}),
  };
  return {
    ...words,
    ...(typeof stack === 'string' ? { stack: storableText(redactLine(stack), STACK_CHARACTERS) } : {}),
    category: categoryOf({ ...words, status: statusBehind(thrown) }),
  };
}

/** The status that a call was answered with, also when the handler has wrapped its error in words of its own. */
function statusBehind(thrown: unknown): number | undefined {
  let current = thrown;
  for (let depth = 0; depth < CAUSES_LOOKED_AT; depth += 1) {
    const status = read(current, 'status') ?? read(current, 'statusCode');
    if (typeof status === 'number') return status;
    current = read(current, 'cause');
  }
  return undefined;
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
