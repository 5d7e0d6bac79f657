import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { mayBeAllowedByName, parseAddress } from './address-rules.ts';

type Network = ReturnType<typeof ipaddr.parseCIDR>;
type Entry = { readonly name?: string; readonly suffix?: string; readonly network?: Network; readonly port?: number };

/** What an operator opened beyond the public internet and the usual ports. */
export type AllowList = {
  /** Whether the name was given with this very port, which opens the port for it. */
  opensPort(host: string, port: number): boolean;
  /** Whether an address that is not public may be connected to under this name and port. */
  opensAddress(host: string, port: number, address: string): boolean;
};

/**
 * `OUTBOUND_ALLOW`: names, addresses and networks parted by commas, each with or without a port: `llm.internal:11434`,
 * `*.corp.example`, `10.1.0.0/16`, `[fd12::/32]:8080`. A name opens whatever private address it resolves to, but never
 * link-local and metadata addresses: those have to be given as a network.
 */
export const outboundAllowList = z.string().transform((text, context) => {
  const entries: Entry[] = [];
  for (const part of text.split(',').map((each) => each.trim())) {
    if (part === '') continue;
    const entry = entryOf(part);
    if (entry !== undefined) entries.push(entry);
    else context.addIssue({ code: 'custom', message: `expected names and networks such as 10.1.0.0/16, got ${part}` });
  }
  return createAllowList(entries);
});

export const NOTHING_ALLOWED: AllowList = createAllowList([]);

/** A host as it is compared: lower case, without the root's dot and an address's brackets. */
export function plainHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^\[(.*)\]$/, '$1');
}

function createAllowList(entries: readonly Entry[]): AllowList {
  const named = ({ name, suffix }: Entry, host: string) =>
    name === host || (suffix !== undefined && host.endsWith(suffix) && host.length > suffix.length);
  const within = ({ network }: Entry, text: string) => {
    const address = parseAddress(text);
    return network !== undefined && address?.kind() === network[0].kind() && address.match(network);
  };
  return {
    opensPort(host, port) {
      return entries.some((entry) => entry.port === port && (named(entry, host) || within(entry, host)));
    },
    opensAddress(host, port, text) {
      const address = parseAddress(text);
      if (address === undefined) return false;
      return entries.some(
        (entry) =>
          (entry.port === undefined || entry.port === port) &&
          (within(entry, text) || (named(entry, host) && mayBeAllowedByName(address))),
      );
    },
  };
}

const SHAPE = /^(?:\[([^\]]+)\]|([^:[\]]+|[0-9a-f:./]*:[0-9a-f:./]*:[0-9a-f:./]*))(?::(\d{1,5}))?$/i;

function entryOf(part: string): Entry | undefined {
  const [, bracketed, bare, portText] = SHAPE.exec(part) ?? [];
  const host = (bracketed ?? bare)?.toLowerCase();
  if (host === undefined) return undefined;
  const port = portText === undefined ? undefined : Number(portText);
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  const target = networkOf(host) ?? nameOf(host);
  return target === undefined ? undefined : { ...target, ...(port === undefined ? {} : { port }) };
}

function networkOf(host: string): Entry | undefined {
  if (ipaddr.isValidCIDR(host)) return { network: ipaddr.parseCIDR(host) };
  const address = parseAddress(host);
  return address === undefined ? undefined : { network: [address, address.kind() === 'ipv4' ? 32 : 128] };
}

function nameOf(host: string): Entry | undefined {
  const isName =
    /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.?$/.test(host);
  if (!isName || /^[\d.]+$/.test(host)) return undefined;
  const name = plainHost(host);
  return name.startsWith('*.') ? { suffix: name.slice(1) } : { name };
}
