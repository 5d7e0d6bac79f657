import { createTokenVerifier, TokenRefused, type ServiceClaims, type TokenTrust } from '../../process/verify-token.ts';
import { BridgeError } from '../http/bridge-error.ts';
import type { Principal } from './principal.ts';

const MOST_REMEMBERED = 10_000;

/**
 * Who a service token speaks for. Throws `unauthorized` with the reason, which never repeats the token. A token that was
 * verified is remembered until it expires: a worker sends the same one with every request for four minutes.
 */
export function createServiceTokenVerifier(
  trust: TokenTrust,
  now: () => number = Date.now,
): (token: string) => Promise<Principal> {
  const verify = createTokenVerifier(trust, now);
  const remembered = new Map<string, { readonly principal: Principal; readonly untilMs: number }>();

  async function verifyAnew(token: string): Promise<Principal> {
    const verified = await verify(token);
    const principal = principalOf(verified);
    const [oldest] = remembered.keys();
    if (remembered.size >= MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
    remembered.set(token, { principal, untilMs: verified.exp * 1000 });
    return principal;
  }

  return async (token) => {
    const known = remembered.get(token);
    if (known !== undefined && now() < known.untilMs) return known.principal;
    remembered.delete(token);
    try {
      return await verifyAnew(token);
    } catch (error) {
      throw error instanceof TokenRefused ? unauthorized(error.message) : error;
    }
  };
}

function principalOf({ type, sub, queues, role: named }: ServiceClaims): Principal {
  const limits = queues === undefined ? {} : { queues: new Set(queues) };
  switch (type) {
    case 'worker':
      return { type, id: sub, ...limits };
    case 'producer':
      return { type, name: sub, ...limits };
    case 'operator':
      return { type, name: sub, role: named ?? 'operator', seesPayloads: true };
    case 'scraper':
      return { type, name: sub };
  }
}

export function unauthorized(why: string): BridgeError {
  return new BridgeError('unauthorized', `expected a valid token, got one that is refused: ${why}`, {
    headers: { 'www-authenticate': 'Bearer' },
  });
}
