import type { CircuitBreaker } from '../../process/circuit-breaker.ts';
import type { Circuits } from '../../process/circuits.ts';
import { createTokenSource } from '../../process/service-token.ts';
import type { TokenKey } from '../../process/signing-key.ts';
import { createApiClient, type ApiClient } from './api-client.ts';
import { createAuthScopes, type AuthScopes } from './auth-scopes.ts';
import { createBackendApiClient, type BackendApiClient } from './backend-api-client.ts';
import { createHttpPool } from './http-pool.ts';
import { createLlmProxyClient, type LlmProxyClient } from './llm-proxy-client.ts';
import type { CallOptions } from './platform-caller.ts';

/** The backend application as a job sees it. */
export type PlatformClients = {
  readonly backend: BackendApiClient;
  readonly api: ApiClient;
  readonly llm: LlmProxyClient;
  readonly scopes: AuthScopes;
};

export type PlatformClientPool = {
  /** The clients of one attempt: every call ends with its signal and carries its trace. */
  forAttempt(attempt: { readonly signal: AbortSignal; readonly traceparent?: string | undefined }): PlatformClients;
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
};

/** All clients of one process over one pool of connections, one token and one registry of circuits. */
export function createPlatformClients(deps: PlatformClientDeps): PlatformClientPool {
  const { baseUrl, tokenKey, workerId, circuits, circuit, timeoutMs, mostRepeats } = deps;
  const pool = createHttpPool();
  const token = createTokenSource(tokenKey, { type: 'worker', sub: workerId });
  const shared = { pool, baseUrl, token, timeoutMs, mostRepeats };
  const backend = createBackendApiClient({ ...shared, circuit });
  // Looked up for all attempts, so not under the signal of the one that happened to ask first.
  const scopes = createAuthScopes(backend);
  return {
    forAttempt({ signal, traceparent }) {
      const standing: CallOptions = { signal, headers: traceparent === undefined ? {} : { traceparent } };
      const own = backend.bound(standing);
      return {
        backend: own,
        api: createApiClient(shared, standing),
        llm: createLlmProxyClient(own, circuits),
        scopes: {
          systemWorker: () => own,
          primaryService: (accountId) => scopes.primaryService(accountId).bound(standing),
        },
      };
    },
    close: () => pool.close(),
  };
}
