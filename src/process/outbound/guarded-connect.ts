import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { plainHost, type AllowList } from './allow-list.ts';
import { expectReachable } from './check-url.ts';
import { OutboundFault } from './outbound-fault.ts';
import { resolveName, type Resolve } from './resolve.ts';

export type ConnectRules = {
  readonly allow: AllowList;
  readonly resolve: Resolve;
  readonly timeoutMs: number;
  /** Certificates to trust besides the system's. */
  readonly ca?: string | undefined;
};

/**
 * Connections that lead where the check said: a name is resolved once for each, every address is checked, and the
 * socket connects to one of exactly those. A name that resolves to something else a moment later gains nothing,
 * and one of whose addresses leads inside is refused altogether.
 */
export function createGuardedAgent(rules: ConnectRules): Agent {
  return new Agent({
    connect: guardedConnector(rules),
    connections: 16,
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 10_000,
    pipelining: 1,
    maxHeaderSize: 16 * 1024,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

function guardedConnector({ allow, resolve, timeoutMs, ca }: ConnectRules): buildConnector.connector {
  return (options, callback) => {
    const host = plainHost(options.hostname);
    const port = Number(options.port) || (options.protocol === 'https:' ? 443 : 80);
    checkedAddresses({ allow, resolve }, host, port, AbortSignal.timeout(timeoutMs)).then(
      (addresses) => {
        const connect = buildConnector({
          allowH2: false,
          maxCachedSessions: 0,
          timeout: timeoutMs,
          lookup: pinnedLookup(addresses),
          ...(ca === undefined ? {} : { ca }),
        });
        connect(options, (...outcome) => {
          const [error, socket] = outcome;
          if (error === null && !addresses.includes(plainRemote(socket.remoteAddress))) {
            socket.destroy();
            callback(new OutboundFault('address_refused', `connected to another address than was checked`), null);
          } else callback(...outcome);
        });
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
}

/** The addresses of a host, each of them checked. Throws OutboundFault. */
export async function checkedAddresses(
  { allow, resolve }: Pick<ConnectRules, 'allow' | 'resolve'>,
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const addresses = isIP(host) === 0 ? await resolveName(resolve, host, signal) : [host];
  for (const address of addresses) expectReachable(host, port, address, allow);
  return addresses;
}

/** Answers every look-up with what was checked. */
function pinnedLookup(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_, { all: wantsAll }, callback) => {
    const [first] = all;
    if (first === undefined) callback(new Error('no address'), '', 0);
    else if (wantsAll === true) callback(null, all);
    else callback(null, first.address, first.family);
  };
}

/** A socket of both families names an IPv4 peer in its mapped form. */
function plainRemote(address = ''): string {
  return address.replace(/^::ffff:(?=\d+\.)/, '');
}
