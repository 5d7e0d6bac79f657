import { z } from 'zod';
import { ApiError } from './api-error.ts';
import type { BackendApiClient } from './backend-api-client.ts';

/** For whom a job speaks to the backend. */
export type AuthScopes = {
  /** System-level operations: the worker's own service token. */
  systemWorker(): BackendApiClient;
  /** One account's work, under that account's primary service token, which is looked up at most every 300 s. */
  primaryService(accountId: string): BackendApiClient;
};

export const PRIMARY_TOKEN_SECONDS = 300;
const MOST_ACCOUNTS = 1_000;

const token = z.string().min(1);
const ofAccount = z.union([
  z.looseObject({ primary_service_token: token }).transform((account) => account.primary_service_token),
  z
    .looseObject({ account: z.looseObject({ primary_service_token: token }) })
    .transform(({ account }) => account.primary_service_token),
]);
const service = z.looseObject({ token, primary: z.boolean().optional(), is_primary: z.boolean().optional() });
const ofServices = z
  .union([z.array(service), z.looseObject({ services: z.array(service) }).transform(({ services }) => services)])
  .transform(
    (services) => services.find(({ primary, is_primary: marked }) => primary === true || marked === true)?.token,
  );

type Cached = { readonly token: Promise<string>; readonly atMs: number };

/**
 * PrimaryServiceAuth and SystemWorkerAuth of the seed. Those who ask for one account at once share one look-up; a look-up
 * that failed is not remembered. Beyond 1,000 accounts the oldest are forgotten.
 */
export function createAuthScopes(backend: BackendApiClient, now: () => number = () => performance.now()): AuthScopes {
  const cache = new Map<string, Cached>();

  function tokenFor(accountId: string): Promise<string> {
    const known = cache.get(accountId);
    if (known !== undefined && now() - known.atMs < PRIMARY_TOKEN_SECONDS * 1000) return known.token;
    const entry: Cached = { token: lookUp(backend, accountId), atMs: now() };
    cache.delete(accountId);
    cache.set(accountId, entry);
    entry.token.catch(() => {
      if (cache.get(accountId) === entry) cache.delete(accountId);
    });
    const [oldest] = cache.keys();
    if (cache.size > MOST_ACCOUNTS && oldest !== undefined) cache.delete(oldest);
    return entry.token;
  }

  return {
    systemWorker: () => backend,
    primaryService: (accountId) => backend.speakingWith(() => tokenFor(accountId)),
  };
}

/** At the account itself, else among its services: an installation has one or the other. */
async function lookUp(backend: BackendApiClient, accountId: string): Promise<string> {
  const account = await orNothing(backend.get(`internal/accounts/${encodeURIComponent(accountId)}`));
  const found = ofAccount.safeParse(account).data;
  if (found !== undefined) return found;
  const services = ofServices.safeParse(await orNothing(backend.get('admin/services', { account_id: accountId })));
  if (services.data !== undefined) return services.data;
  throw new ApiError(`expected a primary service of account ${accountId}, got none`, {
    status: 404,
    code: 'no_primary_service',
    answered: true,
  });
}

/** An answer of 404 is a finding; everything else that failed is not. */
async function orNothing(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}
