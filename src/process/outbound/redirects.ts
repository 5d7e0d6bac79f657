import { OutboundFault } from './outbound-fault.ts';
import { headersForStrangers, type Headers } from './request-headers.ts';

export type Hop = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string | Uint8Array | undefined;
};

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Where an answer sends its asker, or undefined when it is no redirect. `check` judges the place as it judged the first. To
 * another origin go no credentials and no body, and never from https to http.
 */
export function nextHop(
  { method, url, headers, body }: Hop,
  status: number,
  location: string | undefined,
  check: (text: string) => URL,
): Hop | undefined {
  if (!REDIRECTS.has(status) || location === undefined) return undefined;
  const to = check(absolute(location, url));
  if (url.protocol === 'https:' && to.protocol !== 'https:')
    throw new OutboundFault('redirect_refused', 'expected a redirect that stays with https, got one to http');
  const isStranger = to.origin !== url.origin;
  const keepsBody = status >= 307 || method === 'GET' || method === 'HEAD';
  if (isStranger && keepsBody && body !== undefined)
    throw new OutboundFault('redirect_refused', 'expected no redirect of a body to another origin, got one');
  const { 'content-type': _, ...bare } = headers;
  const kept = keepsBody ? headers : bare;
  return {
    method: keepsBody ? method : 'GET',
    url: to,
    headers: isStranger ? headersForStrangers(kept) : kept,
    body: keepsBody ? body : undefined,
  };
}

function absolute(location: string, base: URL): string {
  if (/[^\x21-\x7e]|\\/.test(location))
    throw new OutboundFault('redirect_refused', 'expected a redirect to a plain URL, got something else');
  try {
    return new URL(location, base).href;
  } catch (error) {
    throw new OutboundFault('redirect_refused', 'expected a redirect to a URL, got something else', error);
  }
}
