import { lookup } from 'node:dns/promises';
import { OutboundFault } from './outbound-fault.ts';

/** All addresses of a name; rejects or gives none when there are none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

const MOST_AT_ONCE = 2;

/**
 * The system's own resolver, hosts file included. It runs in threads that files and pictures need as well, so that a slow
 * name server of somebody else's may hold two of them and no more.
 */
export function createSystemResolver(): Resolve {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (host) => {
    if (running >= MOST_AT_ONCE) await new Promise<void>((resolve) => void waiting.push(resolve));
    else running += 1;
    try {
      return (await lookup(host, { all: true, order: 'verbatim' })).map(({ address }) => address);
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

/** The addresses of a name, or an OutboundFault that says it has none; gives up with the signal. */
export async function resolveName(resolve: Resolve, host: string, signal: AbortSignal): Promise<readonly string[]> {
  const given = (async () => {
    const addresses = await resolve(host);
    if (addresses.length === 0) throw new Error('no address');
    return addresses;
  })();
  const aborted = new Promise<never>((_, reject) => {
    const stop = () => reject(new OutboundFault('aborted', `gave up resolving ${host}`));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([given, aborted]);
  } catch (error) {
    if (error instanceof OutboundFault) throw error;
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'no address';
    throw new OutboundFault('unresolved', `expected ${host} to have an address, got none: ${why}`, error);
  }
}
