import type { CircuitBreaker } from '../../process/circuit-breaker.ts';
import type { Circuits } from '../../process/circuits.ts';
import { createTokenSource } from '../../process/service-token.ts';
import type { AllowList } from '../../process/outbound/allow-list.ts';
import { createOutboundClient } from '../../process/outbound/outbound-client.ts';
import type { TokenKey } from '../../process/signing-key.ts';
import { VERSION } from '../../process/version.ts';
import { createApiClient, type ApiClient } from './api-client.ts';
import { createAuthScopes, type AuthScopes } from './auth-scopes.ts';
import { createBackendApiClient, type BackendApiClient } from './backend-api-client.ts';
import { createHttpPool } from './http-pool.ts';
import { createJobHttp, type JobHttp } from './job-http.ts';
import { createLlmProxyClient, type LlmProxyClient } from './llm-proxy-client.ts';
import type { CallOptions } from './platform-caller.ts';

/** The backend application as a job sees it. */
export type PlatformClients = {
  readonly backend: BackendApiClient;
  readonly api: ApiClient;
  readonly llm: LlmProxyClient;
  readonly scopes: AuthScopes;
};

export type AttemptTies = {
  readonly signal: AbortSignal;
  readonly traceparent?: string | undefined;
  /** Instead of the backend's own, where the job's definition names one. */
  readonly circuit?: CircuitBreaker | undefined;
};

export type PlatformClientPool = {
  /** The clients of one attempt: every call ends with its signal, carries its trace, and goes through its job's circuit. */
  forAttempt(attempt: AttemptTies): PlatformClients;
  /** The guarded way to destinations that come from data, for one attempt. */
  httpFor(signal: AbortSignal): JobHttp;
  close(): Promise<void>;
};

export type PlatformClientDeps = {
  /** Up to and without /api/v1. */
  readonly baseUrl: string;
  readonly tokenKey: TokenKey;
  readonly workerId: string;
  readonly circuits: Circuits;
  /** The backend's circuit: `backend_api` where the API is that backend, else one of its own. */
  readonly circuit: CircuitBreaker;
  readonly timeoutMs: number;
  readonly mostRepeats: number;
  /** What an operator opened beyond the public internet. */
  readonly outboundAllow?: AllowList | undefined;
};

/** All clients of one process over one pool of connections, one token and one registry of circuits. */
export function createPlatformClients(deps: PlatformClientDeps): PlatformClientPool {
  const { baseUrl, tokenKey, workerId, circuits, circuit, timeoutMs, mostRepeats } = deps;
  const pool = createHttpPool();
  const outbound = createOutboundClient({
    userAgent: `PowernodeWorker/${VERSION}`,
    ...(deps.outboundAllow === undefined ? {} : { allow: deps.outboundAllow }),
  });
  const token = createTokenSource(tokenKey, { type: 'worker', sub: workerId });
  const shared = { pool, baseUrl, token, timeoutMs, mostRepeats };
  const backend = createBackendApiClient({ ...shared, circuit });
  // Looked up for all attempts, so not under the signal of the one that happened to ask first.
  const scopes = createAuthScopes(backend);
  return {
    forAttempt({ signal, traceparent, circuit: chosen }) {
      const standing: CallOptions = { signal, headers: traceparent === undefined ? {} : { traceparent } };
      const throughCircuit: CallOptions = { ...standing, ...(chosen === undefined ? {} : { circuit: chosen }) };
      const own = backend.bound(throughCircuit);
      return {
        backend: own,
        api: createApiClient(shared, standing),
        llm: createLlmProxyClient(own, circuits),
        scopes: {
          systemWorker: () => own,
          primaryService: (accountId) => scopes.primaryService(accountId).bound(throughCircuit),
        },
      };
    },
    httpFor: (signal) => createJobHttp(outbound, signal),
    async close() {
      await Promise.all([pool.close(), outbound.close()]);
    },
  };
}
