import { request } from 'undici';
import { health, type Health } from '../../contract/health.ts';

const TIMEOUT_MS = 3_000;

/** The answer of the API's /health/ready, whether it is ready or not; undefined when none came that can be read. */
export async function askReadiness(baseUrl: string): Promise<Health | undefined> {
  try {
    const answer = await request(`${baseUrl}/health/ready`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const parsed = health.safeParse(await answer.body.json());
    return parsed.data;
  } catch {
    return undefined;
  }
}
