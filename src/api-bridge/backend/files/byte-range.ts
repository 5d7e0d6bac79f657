import type { ByteRange } from '../storage/storage-provider.ts';

/**
 * The part of `size` bytes that a Range header asks for. Undefined when there is no header, or one that RFC 9110 lets
 * a server read over: another unit, a malformed or backward range, several ranges at once. `unsatisfiable` when the
 * range is well formed, but lies behind the end.
 */
export function parseByteRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const found = /^bytes *= *(\d{0,15}) *- *(\d{0,15})$/i.exec(header?.trim() ?? '');
  const [first = '', last = ''] = found?.slice(1) ?? [];
  if (first === '') return last === '' ? undefined : suffix(Number(last), size);
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return undefined;
  return start >= size ? 'unsatisfiable' : { start, end };
}

function suffix(length: number, size: number): ByteRange | 'unsatisfiable' {
  return length === 0 || size === 0 ? 'unsatisfiable' : { start: Math.max(0, size - length), end: size - 1 };
}
