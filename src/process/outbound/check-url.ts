import { parseAddress, refusedAddress } from './address-rules.ts';
import { plainHost, type AllowList } from './allow-list.ts';
import { OutboundFault } from './outbound-fault.ts';

export type UrlRules = {
  readonly schemes: readonly string[];
  readonly ports: readonly number[];
  readonly allow: AllowList;
};

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443, 'ssh:': 22 };
const URL_CHARACTERS = 2048;

/**
 * The destination that a text names, or an OutboundFault. What parsers read differently is refused rather than repaired:
 * blanks, control characters, backslashes, names and passwords before the host. Whether a *name* leads inside is known
 * only once it is resolved; that is checked where the connection is made.
 */
export function checkUrl(text: string, rules: UrlRules): URL {
  if (typeof text !== 'string' || text.length > URL_CHARACTERS)
    throw new OutboundFault('bad_url', `expected a URL of at most ${URL_CHARACTERS} characters, got something else`);
  if (/[^\x21-\x7e]|\\/.test(text.replace(/[\u00a1-\uffff]/g, 'x')) || !/^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(text))
    throw new OutboundFault('bad_url', 'expected an absolute URL without blanks and backslashes, got something else');
  const url = parse(text);
  const { protocol, hostname } = url;
  if (!rules.schemes.includes(protocol.slice(0, -1)))
    throw new OutboundFault('scheme_refused', `expected ${rules.schemes.join(' or ')}, got ${protocol.slice(0, 30)}`);
  if (url.username !== '' || url.password !== '' || /^[a-z0-9+.-]+:\/\/[^/?#]*@/i.test(text))
    throw new OutboundFault('credentials_refused', 'expected a URL without a name and password, got one with them');
  const host = plainHost(hostname);
  if (host === '' || /[^a-z0-9.:_-]/.test(host) || /^\.|\.\.|\.$/.test(host) || host.length > 253)
    throw new OutboundFault('bad_url', 'expected the name or address of a host, got something else');
  const port = portOf(url);
  if (!rules.ports.includes(port) && !rules.allow.opensPort(host, port))
    throw new OutboundFault('port_refused', `expected port ${rules.ports.join(', ')}, got ${port}`);
  checkAddress(host, port, rules.allow);
  return url;
}

/** Refuses an address, also one that stands in the URL itself; a name passes. */
function checkAddress(host: string, port: number, allow: AllowList): void {
  const address = parseAddress(host);
  if (address !== undefined) expectReachable(host, port, host, allow);
}

/** Throws unless this address, which `host` stands for, may be connected to. */
export function expectReachable(host: string, port: number, addressText: string, allow: AllowList): void {
  const address = parseAddress(addressText);
  const refusal = address === undefined ? 'no address' : refusedAddress(address);
  if (refusal === undefined || allow.opensAddress(host, port, addressText)) return;
  const where = host === addressText ? host : `${host}, which is ${addressText}`;
  throw new OutboundFault('address_refused', `expected a host of the public internet, got ${where}: ${refusal}`);
}

export function portOf(url: URL): number {
  return url.port === '' ? (DEFAULT_PORTS[url.protocol] ?? 0) : Number(url.port);
}

function parse(text: string): URL {
  try {
    return new URL(text);
  } catch (error) {
    throw new OutboundFault('bad_url', 'expected a URL, got something else', error);
  }
}
