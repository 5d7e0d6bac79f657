import type { JobView } from '../../contract/job.ts';
import { deleteJob, runJobNow } from '../../contract/routes/job-standing.ts';
import { cancelJob, readJob, retryJob } from '../../contract/routes/jobs.ts';
import type { BridgeClient } from '../../process/bridge-client.ts';
import { BridgeCallError } from '../../process/bridge-error.ts';
import { readConfirmed, renderConfirmation, type Confirmation } from '../frame/confirm-page.tsx';
import type { Pages } from '../frame/open-page.ts';
import { setFlash } from '../http/flash.ts';
import { readForm } from '../http/form.ts';
import { reasonOf } from '../http/read-reason.ts';
import type { WebApp, WebContext } from '../http/web-context.ts';
import { jobPath, paramsOf, type JobPath } from './job-path.ts';
import { jobsHref } from './search.ts';

type Call = { readonly params: JobPath; readonly token: string; readonly reason: string | undefined };

type Action = {
  readonly verb: 'cancel' | 'retry' | 'run' | 'delete';
  readonly act: (client: BridgeClient, call: Call) => Promise<unknown>;
  /** The reason must be given. */
  readonly isStrict?: true;
  readonly done: string;
  /** When the job had moved on in the meantime. */
  readonly late: string;
  confirm(job: JobView, here: string): Confirmation;
};

const ACTIONS: readonly Action[] = [
  {
    verb: 'cancel',
    act: (client, { params, token, reason }) => client.call(cancelJob, { params, token, body: { reason } }),
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
    act: (client, { params, token, reason }) => client.call(retryJob, { params, token, body: { reason } }),
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
  {
    verb: 'run',
    act: (client, { params, token, reason = '' }) => client.call(runJobNow, { params, token, body: { reason } }),
    isStrict: true,
    done: 'It is due now.',
    late: 'It did not wait any more and stays as it is.',
    confirm: (job, here) => ({
      title: `Run ${job.name} now?`,
      section: 'jobs',
      what: `It becomes due at once, behind what is already ready in ${job.queue}.`,
      verb: 'Run it now',
      reason: 'needed',
      keep: { word: 'Let it wait', href: here },
    }),
  },
  {
    verb: 'delete',
    act: (client, { params, token, reason = '' }) => client.call(deleteJob, { params, token, body: { reason } }),
    isStrict: true,
    done: 'The job is deleted.',
    late: 'It runs, or is gone already; nothing was deleted.',
    confirm: (job, here) => ({
      title: `Delete ${job.name}?`,
      section: 'jobs',
      what: 'It is gone with its input and cannot be brought back. What its attempts did elsewhere stays.',
      verb: 'Delete the job',
      danger: true,
      reason: 'needed',
      keep: { word: 'Keep it', href: here },
    }),
  },
];

/** Asks, does, and goes back to the job with a sentence about how it went. */
export function installJobActions(app: WebApp, pages: Pages): void {
  for (const action of ACTIONS) {
    const path = `/jobs/:queue/:id/${action.verb}` as const;

    const ask = async (context: WebContext, fault?: string) => {
      const params = paramsOf(context);
      const { view, data } = await pages.open(context, (client, token) => client.call(readJob, { params, token }));
      const question = action.confirm(data.data.job, jobPath(params));
      const page = await renderConfirmation(view, { ...question, ...(fault === undefined ? {} : { fault }) });
      return context.html(page, fault === undefined ? 200 : 400);
    };

    app.get(path, (context) => ask(context));

    app.post(path, async (context) => {
      const params = paramsOf(context);
      const form = await readForm(context);
      const confirmed = readConfirmed(form);
      if (action.isStrict && 'fault' in confirmed) return await ask(context, confirmed.fault);
      const reason = reasonOf(form);
      try {
        await pages.act(context, (client, token) => action.act(client, { params, token, reason }));
        setFlash(context, { tone: 'ok', text: action.done });
        if (action.verb === 'delete') return context.redirect(jobsHref(`queue:${params.queue}`), 303);
      } catch (error) {
        if (!(error instanceof BridgeCallError) || error.status !== 409) throw error;
        setFlash(context, { tone: 'warn', text: action.late });
      }
      return context.redirect(jobPath(params), 303);
    });
  }
}
