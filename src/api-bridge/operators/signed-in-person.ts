import type { OperatorPrincipal, Principal } from '../auth/principal.ts';
import { BridgeError } from '../http/bridge-error.ts';

export type SignedInPerson = OperatorPrincipal & Required<Pick<OperatorPrincipal, 'session'>>;

/** The person behind a session token; an operator's service token has no session, and is refused. */
export function signedInPerson(principal: Principal): SignedInPerson {
  if (principal.type === 'operator' && principal.session !== undefined) {
    return { ...principal, session: principal.session };
  }
  throw new BridgeError('bad_request', 'expected the session token of a person, got a service token');
}
