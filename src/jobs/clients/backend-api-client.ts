import {
  createPlatformCaller,
  type CallerDeps,
  type CallOptions,
  type Fields,
  type PlatformCall,
} from './platform-caller.ts';
import { BACKEND_DIALECT } from './dialect.ts';
import type { PlatformAnswer } from './read-answer.ts';

type Verb = Parameters<PlatformCall>[0];
export type BackendDeps = Omit<CallerDeps, 'dialect'>;

/** The backend application as all jobs know it. Paths are below /api/v1; what comes back is out of its envelope. */
export type BackendApiClient = {
  get(path: string, params?: Fields, options?: CallOptions): Promise<unknown>;
  post(path: string, body?: Fields, options?: CallOptions): Promise<unknown>;
  put(path: string, body?: Fields, options?: CallOptions): Promise<unknown>;
  patch(path: string, body?: Fields, options?: CallOptions): Promise<unknown>;
  delete(path: string, params?: Fields, options?: CallOptions): Promise<unknown>;
  /** A call of which the status matters too, e.g. 202 for what a person must approve first. */
  answerTo(verb: Verb, path: string, fields: Fields, options?: CallOptions): Promise<PlatformAnswer>;
  /** The same backend under another token; circuit and connections are shared. */
  speakingWith(token: () => Promise<string>): BackendApiClient;
  /** The same client for one attempt: its calls end with the signal and carry its trace. Options of a call win. */
  bound(options: CallOptions): BackendApiClient;
};

export function createBackendApiClient(deps: BackendDeps, standing: CallOptions = {}): BackendApiClient {
  const call = createPlatformCaller({ ...deps, dialect: BACKEND_DIALECT });
  const merged = (options: CallOptions = {}): CallOptions => ({
    ...standing,
    ...options,
    headers: { ...standing.headers, ...options.headers },
  });
  return {
    get: async (path, params, options) => (await call('GET', path, params, merged(options))).data,
    post: async (path, body, options) => (await call('POST', path, body, merged(options))).data,
    put: async (path, body, options) => (await call('PUT', path, body, merged(options))).data,
    patch: async (path, body, options) => (await call('PATCH', path, body, merged(options))).data,
    delete: async (path, params, options) => (await call('DELETE', path, params, merged(options))).data,
    answerTo: (verb, path, fields, options) => call(verb, path, fields, merged(options)),
    speakingWith: (token) => createBackendApiClient({ ...deps, token }, standing),
    bound: (options) => createBackendApiClient(deps, merged(options)),
  };
}
