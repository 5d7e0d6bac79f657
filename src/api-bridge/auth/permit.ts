import type { RouteDefinition } from '../../contract/routes/define-route.ts';
import { BridgeError } from '../http/bridge-error.ts';
import { hasRole, type Principal } from './principal.ts';

/** Default deny: the route names who may call, everybody else is refused with what is missing. */
export function assertPermitted(route: RouteDefinition, principal: Principal): void {
  if (route.access.includes('open')) return;
  if (principal.type === 'anonymous') throw new BridgeError('unauthorized', 'expected a bearer token, got none');
  if (!route.access.some((kind) => kind === principal.type)) {
    throw new BridgeError('forbidden', `expected a token of type ${route.access.join(' or ')}, got ${principal.type}`);
  }
  if (
    principal.type === 'operator' &&
    principal.mustChangePassword === true &&
    !route.path.startsWith('/worker_auth/')
  ) {
    throw new BridgeError(
      'password_change_needed',
      'expected a password of your own, got a one-time password: change it',
    );
  }
  if (principal.type === 'operator' && route.role !== undefined && !hasRole(principal.role, route.role)) {
    throw new BridgeError('forbidden', `expected the role ${route.role}, got ${principal.role}`);
  }
  if (principal.type === 'attempt' && route.grant !== undefined) {
    const grants = principal.declaration?.grants ?? [];
    if (!grants.includes(route.grant)) {
      throw new BridgeError(
        'forbidden',
        `expected the grant ${route.grant}, which ${principal.ref.name} does not have`,
      );
    }
  }
}
