import { endSession } from '../../contract/routes/operators.ts';
import { BridgeCallError } from '../../process/bridge-error.ts';
import type { Logger } from '../../process/logger.ts';
import type { DashboardBridge, SignedIn } from '../bridge/dashboard-bridge.ts';
import type { SessionCookie } from '../http/session-cookie.ts';
import type { WebContext } from '../http/web-context.ts';

export type Door = {
  /** Keeps the new token and goes on; a token that was here before stays in no hands. */
  enter(context: WebContext, signedIn: SignedIn, next: string): Promise<Response>;
  /** The browser forgets the token in any case; when the API cannot be told, the session ends by itself. */
  leave(token: string): Promise<void>;
};

type DoorDeps = { readonly bridge: DashboardBridge; readonly cookie: SessionCookie; readonly log: Logger };

/** What every way of signing in ends with. */
export function createDoor({ bridge, cookie, log }: DoorDeps): Door {
  async function leave(token: string): Promise<void> {
    try {
      await bridge.ask((client) => client.call(endSession, { token }));
    } catch (error) {
      if (error instanceof BridgeCallError && error.status === 401) return;
      log.warn({ err: error }, 'a session could not be ended at the API');
    }
  }

  return {
    leave,
    async enter(context, { token, expiresAt }, next) {
      const before = cookie.read(context);
      if (before !== undefined) await leave(before);
      cookie.write(context, token, expiresAt);
      return context.redirect(next, 303);
    },
  };
}

/** What a browser says of itself, as the API takes it. */
export function userAgentOf(context: WebContext): string {
  return (context.req.header('user-agent') ?? '').replace(/[^\x20-\x7e]/g, '').slice(0, 300);
}
