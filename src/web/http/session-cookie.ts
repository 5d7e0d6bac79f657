import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { CookieOptions } from 'hono/utils/cookie';
import { isSecure } from './client-address.ts';
import type { WebContext } from './web-context.ts';

const NAME = 'powernode_session';

export type CookieSettings = { readonly secureCookies: boolean; readonly trustProxy: boolean };

/** Keeps the session token where scripts cannot read it and other sites cannot send it with a POST. */
export function createSessionCookie({ secureCookies, trustProxy }: CookieSettings) {
  // Over https the name itself makes browsers refuse the cookie from a subdomain or from plain http.
  const options = (context: WebContext): CookieOptions =>
    secureCookies || isSecure(context, trustProxy)
      ? { prefix: 'host', secure: true, httpOnly: true, sameSite: 'Lax', path: '/' }
      : { httpOnly: true, sameSite: 'Lax', path: '/' };

  return {
    read(context: WebContext): string | undefined {
      const { prefix } = options(context);
      return prefix === 'host' ? getCookie(context, NAME, 'host') : getCookie(context, NAME);
    },
    write(context: WebContext, token: string, expiresAt: Date): void {
      setCookie(context, NAME, token, { ...options(context), expires: expiresAt });
    },
    clear(context: WebContext): void {
      deleteCookie(context, NAME, options(context));
    },
  };
}

export type SessionCookie = ReturnType<typeof createSessionCookie>;
