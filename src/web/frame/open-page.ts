import { readOverview, verifySession } from '../../contract/routes/operators.ts';
import { listWorkers } from '../../contract/routes/workers.ts';
import type { BridgeClient } from '../../process/bridge-client.ts';
import type { DashboardBridge } from '../bridge/dashboard-bridge.ts';
import { clientAddress } from '../http/client-address.ts';
import { takeFlash } from '../http/flash.ts';
import { SignInNeeded } from '../http/page-fault.ts';
import { readOwnZone, readPreferences } from '../http/preferences.ts';
import type { SessionCookie } from '../http/session-cookie.ts';
import type { WebContext } from '../http/web-context.ts';
import { findProblems, type Findings } from '../overview/find-problems.ts';
import type { Section } from './sections.ts';
import type { Offer, View } from './view.ts';

type Calls<Data> = (client: BridgeClient, token: string) => Promise<Data>;

export type Pages = {
  /** Says that a page exists: from here on the navigation leads to it. */
  offer(section: Section, offer?: Offer): void;
  /** What surrounds a page and what is on it, asked for at once. Throws SignInNeeded without a session. */
  open<Data>(context: WebContext, load: Calls<Data>): Promise<{ view: View; findings: Findings; data: Data }>;
  /** Does something on behalf of the person. */
  act<Data>(context: WebContext, calls: Calls<Data>): Promise<Data>;
};

export type PagesDeps = {
  readonly bridge: DashboardBridge;
  readonly cookie: SessionCookie;
  readonly environment: string;
  readonly trustProxy: boolean;
  readonly readOnly: boolean;
};

/** The way from a request to the data of its page: always with the session of the person who asks. */
export function createPages({ bridge, cookie, environment, trustProxy, readOnly }: PagesDeps): Pages {
  const offers = new Map<Section, Offer>();

  function tokenOf(context: WebContext): string {
    const token = cookie.read(context);
    if (token === undefined || !/^pns_[\w-]{1,200}$/.test(token)) throw new SignInNeeded({ ended: false });
    return token;
  }

  return {
    offer: (section, offer = {}) => void offers.set(section, offer),
    async open(context, load) {
      const token = tokenOf(context);
      const [session, overview, workers, data] = await bridge.ask((client) =>
        Promise.all([
          client.call(verifySession, { token }),
          client.call(readOverview, { token }),
          client.call(listWorkers, { token }),
          load(client, token),
        ]),
      );
      const findings = findProblems(overview.data, workers.data.workers, bridge.circuits());
      const url = new URL(context.req.url);
      const view: View = {
        user: session.data.user,
        overview: overview.data,
        workers: workers.data.workers,
        problems: findings.problems,
        flash: takeFlash(context),
        preferences: readPreferences(context),
        offers,
        ownZone: readOwnZone(context),
        path: `${url.pathname}${url.search}`,
        environment,
        readOnly,
        // The API is the only clock: what it says is old is old, whatever this machine's clock says.
        nowMs: Date.parse(overview.data.at),
        startedAtMs: context.get('startedAtMs'),
      };
      return { view, findings, data };
    },
    async act(context, calls) {
      const token = tokenOf(context);
      const origin = { requestId: context.get('requestId'), clientIp: clientAddress(context, trustProxy) };
      return await bridge.ask((client) => calls(client, token), origin);
    },
  };
}
