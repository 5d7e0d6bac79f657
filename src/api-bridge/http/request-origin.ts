import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import type { RouteDefinition } from '../../contract/routes/define-route.ts';
import type { Authenticate, Principal } from '../auth/principal.ts';
import type { NodeContext } from './reply.ts';

/** Which request, and from where: what the audit log adds to what somebody did. */
export type RequestOrigin = { readonly requestId: string; readonly ip: string };

const origins = new AsyncLocalStorage<RequestOrigin>();

/** The origin of the request that is being handled; undefined outside of one, and in routes that change nothing. */
export function currentOrigin(): RequestOrigin | undefined {
  return origins.getStore();
}

/** Whether a route may write to the audit log. Claims and heartbeats do not, and are spared the look. */
export function isByHand({ method, access, path }: RouteDefinition): boolean {
  return (
    (method !== 'get' && access.includes('operator')) || path.startsWith('/worker_auth') || path.endsWith('_export')
  );
}

/** Runs a handler with its origin. An address that is told is believed from a worker only: from the dashboard. */
export async function withOrigin<Result>(
  { context, principal, authenticate }: { context: NodeContext; principal: Principal; authenticate: Authenticate },
  run: () => Promise<Result>,
): Promise<Result> {
  const told = context.req.header('x-client-ip');
  const id = context.req.header('x-request-id');
  const isTrusted = told !== undefined && (await isWorker(context, principal, authenticate));
  const origin = {
    requestId: id !== undefined && /^[\w.-]{1,64}$/.test(id) ? id : `r_${randomBytes(4).toString('hex')}`,
    ip: (isTrusted ? told : (context.env.incoming.socket.remoteAddress ?? '')).slice(0, 64),
  };
  return await origins.run(origin, run);
}

async function isWorker(context: NodeContext, principal: Principal, authenticate: Authenticate): Promise<boolean> {
  if (principal.type === 'worker') return true;
  const voucher = context.req.header('x-on-behalf-of');
  return voucher !== undefined && (await authenticate(voucher)).type === 'worker';
}
