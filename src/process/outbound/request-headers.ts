import { decodeJwt } from 'jose';
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from '../service-token.ts';
import { OutboundFault } from './outbound-fault.ts';

export type Headers = Readonly<Record<string, string>>;

/** Decided by the connection, not by whoever sends something over it. */
const CONNECTION_HEADERS =
  /^(?:host|connection|content-length|transfer-encoding|te|trailer|upgrade|expect|keep-alive|proxy-.*|accept-encoding|:.*)$/;
/** What a host may be told to which a redirect of another host led. */
const TOLD_TO_STRANGERS: ReadonlySet<string> = new Set(['accept', 'accept-language', 'user-agent', 'content-type']);
const MOST_HEADERS = 64;
const MOST_BYTES = 16 * 1024;

/** The headers of a request in lower case, or an OutboundFault that names the one at fault and not its value. */
export function checkHeaders(headers: Headers): Headers {
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  for (const [name, value] of entries) {
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]{1,100}$/.test(name) || CONNECTION_HEADERS.test(name))
      throw new OutboundFault('bad_request', `expected a header that a caller may set, got ${name.slice(0, 100)}`);
    if (typeof value !== 'string' || /[^\t\x20-\x7e\x80-\xff]/.test(value))
      throw new OutboundFault('bad_request', `expected printable text in the header ${name}`);
    refuseOwnToken(value, `the header ${name}`);
  }
  const bytes = entries.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (entries.length > MOST_HEADERS || bytes > MOST_BYTES)
    throw new OutboundFault('bad_request', `expected at most ${MOST_HEADERS} headers in ${MOST_BYTES} bytes, got more`);
  return Object.fromEntries(entries);
}

export function headersForStrangers(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => TOLD_TO_STRANGERS.has(name)));
}

/** A token of this system opens this system: it is never sent to anybody else, not even on a handler's wish. */
export function refuseOwnToken(text: string, where: string): void {
  const isOpaque = /\bpn[a-z]_[A-Za-z0-9._-]{16,}/.test(text);
  const jwts = text.match(/\beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*/g) ?? [];
  if (isOpaque || jwts.some(isOwn))
    throw new OutboundFault('own_token', `expected no token of this system in ${where}, got one`);
}

function isOwn(jwt: string): boolean {
  try {
    const { iss, aud } = decodeJwt(jwt);
    return iss === TOKEN_ISSUER || [aud].flat().includes(TOKEN_AUDIENCE);
  } catch {
    return false;
  }
}
