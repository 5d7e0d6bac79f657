import { verifySession } from '../../contract/routes/operators.ts';
import { eventStream } from '../../process/event-stream.ts';
import type { Pages } from '../frame/open-page.ts';
import type { WebApp } from '../http/web-context.ts';
import type { Hub } from './hub.ts';

const LIFETIME_MS = 5 * 60_000;
const QUEUE = /^[A-Za-z0-9_.\-/]{1,128}$/;
const ID = /^[0-9a-f-]{36}$/i;

/** Tells a page when something changed; the page then asks for itself again, with the rights of its reader. */
export function installStream(app: WebApp, pages: Pages, hub: Hub): void {
  app.get('/stream', async (context) => {
    const { queue = '', id = '' } = context.req.query();
    const job = QUEUE.test(queue) && ID.test(id) ? { queue, id } : undefined;
    const token = await pages.act(context, async (client, mine) => {
      await client.call(verifySession, { token: mine });
      return mine;
    });
    return eventStream({
      lifetimeMs: LIFETIME_MS,
      open: (send, end) => hub.listen({ token, job, onChange: () => send('change'), onEnd: end }),
    });
  });
}
