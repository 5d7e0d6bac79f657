import { LIMITS } from '../../contract/limits.ts';
import { mintServiceToken } from '../../process/service-token.ts';
import { VERSION } from '../../process/version.ts';
import type { CommandEnv } from './env.ts';
import type { Finding } from './finding.ts';

const TIMEOUT_MS = 3_000;
/** A Date header counts whole seconds, so the clock behind it may be up to one second later. */
const HEADER_STEP_MS = 1_000;

/**
 * Whether an API answers where workers on this machine would look for it, agrees with us about the time (tokens allow 5 s),
 * and takes tokens signed with our secret. That none runs is a fault only where BACKEND_API_URL names one.
 */
export async function examineApi(env: CommandEnv): Promise<Finding[]> {
  // An API that listens on any port cannot be looked for.
  if (env.apiUrl === undefined && env.api.PORT === 0) return [];
  const url = env.apiUrl ?? `http://localhost:${env.api.PORT}`;
  const sentAtMs = Date.now();
  let answer: Response;
  try {
    answer = await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(TIMEOUT_MS), headers: AGENT });
    await answer.arrayBuffer();
  } catch (error) {
    const reason = error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : '';
    const state = env.apiUrl === undefined ? 'warn' : 'fail';
    return [{ name: 'api', state, detail: `${url} does not answer: ${reason || 'no reason given'}` }];
  }
  const tookMs = Date.now() - sentAtMs;
  const detail = `${url} answered ${answer.status} after ${tookMs} ms`;
  const reached: Finding = { name: 'api', state: answer.ok ? 'ok' : 'fail', detail };
  if (!answer.ok) return [reached];
  return [reached, clockFinding(answer.headers.get('date'), sentAtMs, tookMs), ...(await tokenFinding(url, env))];
}

function clockFinding(header: string | null, sentAtMs: number, tookMs: number): Finding {
  const theirsMs = Date.parse(header ?? '');
  if (Number.isNaN(theirsMs))
    return { name: 'api clock', state: 'warn', detail: 'the api does not say what time it is' };
  // Somewhere in this stretch of our time theirs was what the header says.
  const [leastMs, mostMs] = [theirsMs - sentAtMs - tookMs, theirsMs + HEADER_STEP_MS - sentAtMs];
  const skewMs = Math.max(0, leastMs) + Math.min(0, mostMs);
  const off = `is at least ${(Math.abs(skewMs) / 1000).toFixed(1)} s ${skewMs > 0 ? 'ahead of' : 'behind'} this machine`;
  return {
    name: 'api clock',
    state: Math.abs(skewMs) > LIMITS.clockSkewSeconds * 1000 ? 'fail' : 'ok',
    detail: `the api ${skewMs === 0 ? 'agrees with this machine' : off}, expected at most ${LIMITS.clockSkewSeconds} s`,
  };
}

async function tokenFinding(url: string, { api: { WORKER_SERVICE_TOKEN: secret } }: CommandEnv): Promise<Finding[]> {
  if (secret === undefined) return [];
  const token = await mintServiceToken(secret, { type: 'scraper', sub: 'doctor' });
  const headers = { ...AGENT, authorization: `Bearer ${token}` };
  const { status } = await fetch(`${url}/health/detailed`, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  const refused = status === 401 || status === 403;
  const detail = refused
    ? 'refuses tokens of our WORKER_SERVICE_TOKEN: the two secrets differ'
    : 'takes our service token';
  return [{ name: 'api token', state: refused ? 'fail' : 'ok', detail: `the api ${detail}` }];
}

const AGENT = { 'user-agent': `powernode-cli/${VERSION}` };
