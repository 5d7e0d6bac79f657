import { fieldFault } from '../../http/bridge-error.ts';

/** The bytes of strict base64: no line breaks, no missing padding, no other alphabet, no stray bits. Throws 422 otherwise. */
export function decodeStrictly(text: string): Buffer {
  if (text === '') throw fieldFault('file_content', 'expected the bytes of a result in base64, got none');
  const bytes = Buffer.from(text, 'base64');
  // Node reads over what it does not know; only text that comes out again as it went in was base64.
  if (bytes.toString('base64') === text) return bytes;
  throw fieldFault('file_content', 'expected strict base64, got other characters, line breaks or wrong padding');
}
