import { discardFailures, muteFailures, retryFailures } from '../../contract/routes/failures.ts';
import { readConfirmed, renderConfirmation, type Confirmation } from '../frame/confirm-page.tsx';
import type { Pages } from '../frame/open-page.ts';
import { setFlash } from '../http/flash.ts';
import { readFields } from '../http/form.ts';
import { PageFault } from '../http/page-fault.ts';
import type { WebApp, WebContext } from '../http/web-context.ts';
import type { BridgeClient } from '../../process/bridge-client.ts';
import { plural } from '../parts/words.ts';

const MOST_KINDS = 50;
const KIND = /^[0-9a-f]{16}$/;

type Deed = {
  readonly verb: 'retry' | 'discard' | 'mute' | 'unmute';
  /** How many jobs it would change; undefined where it changes none. */
  count(client: BridgeClient, token: string, kinds: string[]): Promise<number | undefined>;
  act(client: BridgeClient, token: string, kinds: string[], reason: string): Promise<string>;
  question(kinds: number, jobs: number): Pick<Confirmation, 'title' | 'what' | 'verb' | 'danger' | 'keep'>;
};

const BACK = { word: 'Leave it as it is', href: '/failures' };

const preview = (route: typeof retryFailures): Deed['count'] => {
  return async (client, token, fingerprints) => {
    const { data } = await client.call(route, { token, body: { fingerprints, preview: true } });
    return data.matched;
  };
};

const mute = (muted: boolean): Deed['act'] => {
  return async (client, token, fingerprints, reason) => {
    const { data } = await client.call(muteFailures, { token, body: { fingerprints, muted, reason } });
    return `${plural(data.changed, 'kind')} of failure ${muted ? 'muted' : 'shown again'}.`;
  };
};

const DEEDS: readonly Deed[] = [
  {
    verb: 'retry',
    count: preview(retryFailures),
    async act(client, token, fingerprints, reason) {
      const { data } = await client.call(retryFailures, { token, body: { fingerprints, reason } });
      return `${plural(data.changed, 'job gets', 'jobs get')} another attempt now.`;
    },
    question: (kinds, jobs) => ({
      title: `Retry ${plural(jobs, 'failed job')}?`,
      what: `They failed with ${plural(kinds, 'kind')} of error. Each gets another attempt at once, and its copy among the dead letters goes away. One call retries 500 at most, the oldest first.`,
      verb: 'Retry them',
      keep: BACK,
    }),
  },
  {
    verb: 'discard',
    count: preview(discardFailures),
    async act(client, token, fingerprints, reason) {
      const { data } = await client.call(discardFailures, { token, body: { fingerprints, reason } });
      return `${plural(data.changed, 'job was', 'jobs were')} taken out of the dead letters.`;
    },
    question: (kinds, jobs) => ({
      title: `Discard ${plural(jobs, 'failed job')}?`,
      what: `They failed with ${plural(kinds, 'kind')} of error. Their copies leave the dead letters and nobody will redrive them; the failed jobs stay in the history as long as any job does.`,
      verb: 'Discard them',
      danger: true,
      keep: BACK,
    }),
  },
  {
    verb: 'mute',
    count: async () => undefined,
    act: mute(true),
    question: (kinds) => ({
      title: `Mute ${plural(kinds, 'kind')} of failure?`,
      what: 'They leave the list until somebody shows them again. They are counted on, and their jobs fail as before.',
      verb: 'Mute',
      keep: BACK,
    }),
  },
  {
    verb: 'unmute',
    count: async () => undefined,
    act: mute(false),
    question: (kinds) => ({
      title: `Show ${plural(kinds, 'muted kind')} of failure again?`,
      what: 'They come back into the list.',
      verb: 'Show again',
      keep: { word: 'Keep muted', href: '/failures?muted=yes' },
    }),
  },
];

/** Each deed asks on a page of its own that counts first, whether kinds were picked in the list or one is looked at. */
export function installFailureActions(app: WebApp, pages: Pages): void {
  async function ask(context: WebContext, deed: Deed, kinds: string[], fault?: string) {
    const { view, data: jobs } = await pages.open(context, (client, token) => deed.count(client, token, kinds));
    const page = await renderConfirmation(view, {
      ...deed.question(kinds.length, jobs ?? 0),
      section: 'failures',
      reason: 'needed',
      action: `/failures/${deed.verb}`,
      hidden: kinds.map((kind) => ['kind', kind] as const),
      ...(fault === undefined ? {} : { fault }),
    });
    return context.html(page, fault === undefined ? 200 : 400);
  }

  // What was picked in the list comes as a form, and goes on as a link that can be gone back to.
  app.post('/failures/picked', async (context) => {
    const fields = await readFields(context);
    const deed = DEEDS.find(({ verb }) => verb === fields.get('do'));
    const kinds = kindsOf(fields);
    if (deed === undefined) throw new PageFault(400, 'no_such_deed', 'That cannot be done with failures');
    return context.redirect(`/failures/${deed.verb}?${kinds.map((kind) => `kind=${kind}`).join('&')}`, 303);
  });

  for (const deed of DEEDS) {
    app.get(`/failures/${deed.verb}`, (context) => ask(context, deed, kindsOf(new URL(context.req.url).searchParams)));

    app.post(`/failures/${deed.verb}`, async (context) => {
      const fields = await readFields(context);
      const kinds = kindsOf(fields);
      const read = readConfirmed(Object.fromEntries(fields));
      if ('fault' in read) return await ask(context, deed, kinds, read.fault);
      const done = await pages.act(context, (client, token) => deed.act(client, token, kinds, read.reason));
      setFlash(context, { tone: 'ok', text: `${done} Your reason is in the audit log.` });
      const one = kinds.length === 1 && deed.verb !== 'mute' ? `/${kinds[0] ?? ''}` : '';
      return context.redirect(`/failures${one}`, 303);
    });
  }
}

function kindsOf(fields: URLSearchParams): string[] {
  const kinds = [...new Set(fields.getAll('kind'))].filter((kind) => KIND.test(kind)).slice(0, MOST_KINDS);
  if (kinds.length === 0) {
    throw new PageFault(400, 'nothing_picked', 'No failure was picked', { detail: 'Pick one in the list first.' });
  }
  return kinds;
}
