import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Addresses that an allowed host name alone does not open: the cloud's own metadata answers there. */
const NAMED_METADATA: ReadonlySet<string> = new Set(['fd00:ec2::254', '100.100.100.200', '192.0.0.192']);
const NEVER_BY_NAME: ReadonlySet<string> = new Set(['linkLocal', 'multicast', 'broadcast', 'unspecified', 'reserved']);

/** Where the internet's own unicast addresses are; whatever else IPv6 has is somebody's inside, or a disguise. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/** The address as it is meant, or undefined for what is no address at all. */
export function parseAddress(text: string): Address | undefined {
  return isIP(text.split('%')[0] ?? '') === 0 || !ipaddr.isValid(text) ? undefined : ipaddr.parse(text);
}

/**
 * Why nothing may be sent to this address, or undefined for one of the public internet. Addresses that carry another one
 * inside (mapped, NAT64, 6to4, Teredo) are refused whatever they carry.
 */
export function refusedAddress(address: Address): string | undefined {
  const range = address.range();
  if (range !== 'unicast') return words(range);
  if (address instanceof ipaddr.IPv6 && !address.match(GLOBAL_UNICAST)) return 'no public address';
  return undefined;
}

/** Whether an operator who allowed a name, and not this address, can have meant it. */
export function mayBeAllowedByName(address: Address): boolean {
  const isOpen = !NEVER_BY_NAME.has(address.range()) && !NAMED_METADATA.has(plain(address));
  return isOpen && !(address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress());
}

function plain(address: Address): string {
  return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();
}

function words(range: string): string {
  return `${range.replace(/[A-Z0-9]+/g, (part) => ` ${part.toLowerCase()}`).trim()} address`;
}
