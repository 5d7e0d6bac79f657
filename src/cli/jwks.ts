import { publicJwkOf, readSigningKey } from '../process/signing-key.ts';
import { UsageFault } from './usage-fault.ts';

export const JWKS_USAGE = 'jwks KEY-FILE…';

/** Prints the public halves of Ed25519 key files as the JWKS that the API takes in SERVICE_TOKEN_JWKS. */
export function printJwks(files: readonly string[], print: (line: string) => void): void {
  if (files.length === 0) throw new UsageFault(`expected: ${JWKS_USAGE}`);
  print(JSON.stringify({ keys: files.map(publicKeyOf) }, null, 2));
}

function publicKeyOf(file: string) {
  try {
    return publicJwkOf(readSigningKey(file));
  } catch {
    throw new UsageFault(`${file}: expected a file with an Ed25519 private key as PEM or JWK, got something else`);
  }
}
