import { beginOidc, finishOidc, readSignInMethods } from '../../contract/routes/oidc.ts';
import { authenticateUser } from '../../contract/routes/operators.ts';
import type { Health } from '../../contract/health.ts';
import { createBridgeClient, type BridgeClient } from '../../process/bridge-client.ts';
import type { CircuitStatus } from '../../process/circuit-breaker.ts';
import { CIRCUITS } from '../../contract/circuits.ts';
import type { Circuits } from '../../process/circuits.ts';
import { createTokenSource } from '../../process/service-token.ts';
import { VERSION } from '../../process/version.ts';
import type { WebEnv } from '../env.ts';
import { askReadiness } from './api-readiness.ts';

export type Credentials = {
  readonly email: string;
  readonly password: string;
  readonly client_ip: string;
  readonly user_agent?: string;
};
/** Which request of which browser a call serves: what the audit log names. */
export type Origin = { readonly requestId: string; readonly clientIp: string };
/** What a browser brought back from the identity provider, and the state that it was bound to. */
export type OidcAnswer = {
  readonly callback: string;
  readonly state: string;
  readonly client_ip: string;
  readonly user_agent: string;
};
export type SignedIn = { readonly token: string; readonly expiresAt: Date };

export type DashboardBridge = {
  /** Calls on behalf of a person: every call inside must carry their session token. A deed tells its origin. */
  ask<Result>(calls: (client: BridgeClient) => Promise<Result>, origin?: Origin): Promise<Result>;
  signIn(credentials: Credentials): Promise<SignedIn>;
  /** What the button for the identity provider says; undefined where there is none, or nobody knows. */
  oidcLabel(): Promise<string | undefined>;
  beginOidc(): Promise<{ readonly url: string; readonly state: string }>;
  finishOidc(answer: OidcAnswer): Promise<SignedIn>;
  /** What the API says of itself; undefined when it does not say anything. */
  apiHealth(): Promise<Health | undefined>;
  /** Every circuit of this process, also those of a runtime beside the dashboard. */
  circuits(): readonly CircuitStatus[];
  close(): Promise<void>;
};

const PAGE_TIMEOUT_MS = 10_000;
const METHODS_MS = 60_000;

/**
 * The dashboard's only way to any data. Signing in has a client and a circuit of its own, so that a flood of page loads
 * against a sick API does not keep people from signing in, nor the other way round.
 */
export function createDashboardBridge(env: WebEnv, circuits: Circuits): DashboardBridge {
  const shared = { baseUrl: env.backendApiUrl, userAgent: `powernode-web/${VERSION}`, timeoutMs: PAGE_TIMEOUT_MS };
  const pages = createBridgeClient(shared);
  // Proves to the API that it is a dashboard which says from where a person came.
  const ownToken = createTokenSource(env.tokenKey, { type: 'worker', sub: env.workerId });
  const doors = createBridgeClient({
    ...shared,
    userAgent: 'PowernodeWorker-WebAuth/1.0',
    connections: 4,
    token: ownToken,
  });
  const doorCircuit = circuits.get('web_auth_api');
  const pageCircuit = circuits.own('web_pages_api', CIRCUITS.web_auth_api);

  let methods: { readonly label: string | undefined; readonly untilMs: number } = { label: undefined, untilMs: 0 };

  return {
    async ask(calls, origin) {
      if (origin === undefined) return await pageCircuit.run(() => calls(pages));
      const client = pages.with({
        'x-request-id': origin.requestId,
        'x-client-ip': origin.clientIp,
        'x-on-behalf-of': await ownToken(),
      });
      return await pageCircuit.run(() => calls(client));
    },
    async signIn(body) {
      const { data } = await doorCircuit.run((signal) => doors.call(authenticateUser, { body, signal }));
      return { token: data.session_token, expiresAt: new Date(data.expires_at) };
    },
    async oidcLabel() {
      if (Date.now() < methods.untilMs) return methods.label;
      try {
        const { data } = await doorCircuit.run((signal) => doors.call(readSignInMethods, { signal }));
        methods = { label: data.oidc?.label, untilMs: Date.now() + METHODS_MS };
      } catch {
        // The page says that nobody can be signed in when somebody tries; it must open all the same.
        methods = { label: methods.label, untilMs: Date.now() + 1_000 };
      }
      return methods.label;
    },
    async beginOidc() {
      return (await doorCircuit.run((signal) => doors.call(beginOidc, { signal }))).data;
    },
    async finishOidc(body) {
      const { data } = await doorCircuit.run((signal) => doors.call(finishOidc, { body, signal, timeoutMs: 25_000 }));
      return { token: data.session_token, expiresAt: new Date(data.expires_at) };
    },
    apiHealth: () => askReadiness(env.backendApiUrl),
    circuits: () => circuits.statuses(),
    async close() {
      await Promise.all([pages.close(), doors.close()]);
    },
  };
}
