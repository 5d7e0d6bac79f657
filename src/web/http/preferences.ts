import { getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import { isZone } from '../parts/zone.ts';
import type { WebContext } from './web-context.ts';

const NAME = 'powernode_view';
/** Written by the script on each page: the zone that the browser itself is in. */
const OWN_ZONE = 'powernode_zone';
const YEAR_SECONDS = 365 * 24 * 3600;

const preferences = z.object({
  theme: z.enum(['auto', 'light', 'dark']).catch('auto'),
  rows: z.enum(['compact', 'normal', 'roomy']).catch('normal'),
  refresh: z.enum(['off', '1', '2', '5', '15']).catch('2'),
  zone: z.string().refine(isZone).catch('UTC'),
});

/** How somebody wants to see the dashboard; anything else in the cookie means the default. */
export type Preferences = z.infer<typeof preferences>;

export function readPreferences(context: WebContext): Preferences {
  return preferences.parse(Object.fromEntries(new URLSearchParams(getCookie(context, NAME) ?? '')));
}

/** The zone of the browser, where a script could tell it. */
export function readOwnZone(context: WebContext): string | undefined {
  const zone = getCookie(context, OWN_ZONE);
  return zone !== undefined && isZone(zone) ? zone : undefined;
}

/** Keeps what the form changed and what was chosen before. */
export function writePreferences(context: WebContext, changed: Readonly<Record<string, unknown>>): void {
  const merged = preferences.parse({ ...readPreferences(context), ...changed });
  setCookie(context, NAME, new URLSearchParams(merged).toString(), {
    httpOnly: true,
    sameSite: 'Lax',
    path: '/',
    maxAge: YEAR_SECONDS,
  });
}
