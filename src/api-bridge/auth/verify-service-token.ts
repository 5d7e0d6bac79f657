import { createTokenVerifier, TokenRefused, type ServiceClaims, type TokenTrust } from '../../process/verify-token.ts';
import { BridgeError } from '../http/bridge-error.ts';
import type { Principal } from './principal.ts';

/** Who a service token speaks for. Throws `unauthorized` with the reason, which never repeats the token. */
export function createServiceTokenVerifier(trust: TokenTrust): (token: string) => Promise<Principal> {
  const verify = createTokenVerifier(trust);
  return async (token) => {
    try {
      return principalOf(await verify(token));
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
      return { type, name: sub, role: named ?? 'operator' };
    case 'scraper':
      return { type, name: sub };
  }
}

export function unauthorized(why: string): BridgeError {
  return new BridgeError('unauthorized', `expected a valid token, got one that is refused: ${why}`, {
    headers: { 'www-authenticate': 'Bearer' },
  });
}
