import type { JobView } from '../../contract/job.ts';
import { cancelJob, readJob, retryJob } from '../../contract/routes/jobs.ts';
import { BridgeCallError } from '../../process/bridge-error.ts';
import { renderConfirmation, type Confirmation } from '../frame/confirm-page.tsx';
import type { Pages } from '../frame/open-page.ts';
import { setFlash } from '../http/flash.ts';
import { readForm } from '../http/form.ts';
import { reasonOf } from '../http/read-reason.ts';
import type { WebApp } from '../http/web-context.ts';

type Action = {
  readonly verb: 'cancel' | 'retry';
  readonly route: typeof cancelJob | typeof retryJob;
  readonly done: string;
  /** When the job had moved on in the meantime. */
  readonly late: string;
  confirm(job: JobView, here: string): Confirmation;
};

const ACTIONS: readonly Action[] = [
  {
    verb: 'cancel',
    route: cancelJob,
    done: 'Cancelled.',
    late: 'It had ended in the meantime and stays as it is.',
    confirm: (job, here) => ({
      title: `Cancel ${job.name}?`,
      section: 'jobs',
      what:
        job.state === 'active'
          ? `Attempt ${job.attempt} of ${job.maxAttempts} runs on ${job.attempts.at(-1)?.workerId ?? 'a worker'}. The worker hears of it with its next heartbeat and stops the work; what it has not stored is lost.`
          : 'It will not run. It can be retried as long as it is kept.',
      verb: 'Cancel the job',
      danger: true,
      reason: 'welcome',
      keep: { word: 'Let it be', href: here },
    }),
  },
  {
    verb: 'retry',
    route: retryJob,
    done: 'It gets another attempt now.',
    late: 'It is not failed or cancelled any more and stays as it is.',
    confirm: (job, here) => ({
      title: `Retry ${job.name}?`,
      section: 'jobs',
      what: `It gets another attempt at once, behind what is already ready in ${job.queue}. Its copy among the dead letters goes away.`,
      verb: 'Retry the job',
      reason: 'welcome',
      keep: { word: 'Leave it', href: here },
    }),
  },
];

/** Asks, does, and goes back to the job with a sentence about how it went. */
export function installJobActions(app: WebApp, pages: Pages): void {
  for (const action of ACTIONS) {
    const path = `/jobs/:queue/:id/${action.verb}` as const;

    app.get(path, async (context) => {
      const params = { queue: context.req.param('queue'), id: context.req.param('id') };
      const { view, data } = await pages.open(context, (client, token) => client.call(readJob, { params, token }));
      return context.html(await renderConfirmation(view, action.confirm(data.data.job, hrefOf(params))));
    });

    app.post(path, async (context) => {
      const params = { queue: context.req.param('queue'), id: context.req.param('id') };
      const reason = reasonOf(await readForm(context));
      try {
        await pages.act(context, (client, token) =>
          client.call(action.route, { params, token, body: reason === undefined ? {} : { reason } }),
        );
        setFlash(context, { tone: 'ok', text: action.done });
      } catch (error) {
        if (!(error instanceof BridgeCallError) || error.status !== 409) throw error;
        setFlash(context, { tone: 'warn', text: action.late });
      }
      return context.redirect(hrefOf(params), 303);
    });
  }
}

function hrefOf({ queue, id }: { queue: string; id: string }): string {
  return `/jobs/${encodeURIComponent(queue)}/${encodeURIComponent(id)}`;
}
