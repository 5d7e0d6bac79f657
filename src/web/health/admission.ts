import { timingSafeEqual } from 'node:crypto';
import { verifySession } from '../../contract/routes/operators.ts';
import { BridgeCallError } from '../../process/bridge-error.ts';
import { createTokenVerifier, type TokenTrust } from '../../process/verify-token.ts';
import type { DashboardBridge } from '../bridge/dashboard-bridge.ts';
import type { SessionCookie } from '../http/session-cookie.ts';
import type { WebContext } from '../http/web-context.ts';

export type AdmissionDeps = {
  readonly bridge: DashboardBridge;
  readonly cookie: SessionCookie;
  readonly trust: TokenTrust;
  readonly metricsToken: string | undefined;
};

export type Admission = 'granted' | 'unauthorized' | 'forbidden';

/**
 * Who may read details of this process: whoever holds METRICS_TOKEN, a service token of type scraper or operator, or a
 * signed-in person. Service tokens are checked here, so that scraping works while the API is down.
 */
export function createAdmission({ bridge, cookie, trust, metricsToken }: AdmissionDeps) {
  const verify = createTokenVerifier(trust);

  async function byServiceToken(token: string): Promise<Admission> {
    try {
      const { type } = await verify(token);
      return type === 'scraper' || type === 'operator' ? 'granted' : 'forbidden';
    } catch {
      return 'unauthorized';
    }
  }

  async function bySession(token: string): Promise<Admission> {
    try {
      await bridge.ask((client) => client.call(verifySession, { token }));
      return 'granted';
    } catch (error) {
      if (error instanceof BridgeCallError && error.status === 401) return 'unauthorized';
      throw error;
    }
  }

  return async (context: WebContext): Promise<Admission> => {
    const bearer = /^Bearer +(\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
    if (bearer !== undefined) {
      if (metricsToken !== undefined && sameText(bearer, metricsToken)) return 'granted';
      return bearer.startsWith('pns_') ? await bySession(bearer) : await byServiceToken(bearer);
    }
    const session = cookie.read(context);
    return session === undefined ? 'unauthorized' : await bySession(session);
  };
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
