import { createHmac } from 'node:crypto';

export type TokenType = 'worker' | 'producer' | 'operator' | 'scraper';
export type Claims = Record<string, unknown>;

/** A JWT as docs/protocol.md describes it, made of nothing but node:crypto. `overrides` break one claim at a time. */
export function mint(secret: string, type: TokenType, sub: string, overrides: Claims = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const claims: Claims = {
    type,
    sub,
    iss: 'powernode-platform',
    aud: 'powernode-api',
    iat: now,
    exp: now + 300,
    ...overrides,
  };
  return sign(secret, { alg: 'HS256', typ: 'JWT' }, claims);
}

/** Any header over any claims; `none` leaves the signature empty, as the attack does. */
export function sign(secret: string, header: Claims, claims: Claims): string {
  const head = `${encode(header)}.${encode(claims)}`;
  const algorithms: Record<string, string> = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' };
  const algorithm = algorithms[String(header['alg'])];
  const signature = algorithm === undefined ? '' : createHmac(algorithm, secret).update(head).digest('base64url');
  return `${head}.${signature}`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
