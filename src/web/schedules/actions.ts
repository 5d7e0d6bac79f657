import type { ScheduleView } from '../../contract/schedules/schedule.ts';
import { pauseSchedule, readSchedule, resumeSchedule, runSchedule } from '../../contract/routes/schedules.ts';
import type { BridgeClient } from '../../process/bridge-client.ts';
import { readConfirmed, renderConfirmation, type Confirmation } from '../frame/confirm-page.tsx';
import type { Pages } from '../frame/open-page.ts';
import { setFlash } from '../http/flash.ts';
import { readForm } from '../http/form.ts';
import type { WebApp, WebContext } from '../http/web-context.ts';
import { exact } from '../parts/time.tsx';
import { timesInWords } from './schedule-words.ts';

type Input = {
  readonly params: { readonly name: string };
  readonly token: string;
  readonly body: { readonly reason: string };
};

type Deed = {
  readonly verb: 'pause' | 'resume' | 'run';
  act(client: BridgeClient, input: Input): Promise<unknown>;
  readonly done: string;
  question(schedule: ScheduleView, nextRuns: readonly string[]): Pick<Confirmation, 'title' | 'what' | 'verb'>;
};

const DEEDS: readonly Deed[] = [
  {
    verb: 'pause',
    act: (client, input) => client.call(pauseSchedule, input),
    done: 'It is paused: no run is fired until somebody resumes it.',
    question: (schedule, [next]) => ({
      title: `Pause ${schedule.name}?`,
      what: `No run is fired until somebody resumes it. ${next === undefined ? '' : `The next would have been ${exact(Date.parse(next))}. `}Jobs of runs that were fired go on.`,
      verb: 'Pause the schedule',
    }),
  },
  {
    verb: 'resume',
    act: (client, input) => client.call(resumeSchedule, input),
    done: 'It runs again, from now on.',
    question: (schedule, [next]) => ({
      title: `Resume ${schedule.name}?`,
      what: `${timesInWords(schedule)}. ${next === undefined ? '' : `The next run is ${exact(Date.parse(next))}. `}What was due while it was paused is not made up for; backfill does that.`,
      verb: 'Resume the schedule',
    }),
  },
  {
    verb: 'run',
    act: (client, input) => client.call(runSchedule, input),
    done: 'A run was fired.',
    question: ({ name, job, queue }) => ({
      title: `Run ${name} now?`,
      what: `${job} is enqueued in ${queue} once, at once, also while the schedule is paused and whatever still runs. Its next run by the clock stays where it is.`,
      verb: 'Run it now',
    }),
  },
];

/** Pause, resume and run now, each with a reason. */
export function installScheduleActions(app: WebApp, pages: Pages): void {
  async function ask(context: WebContext, deed: Deed, name: string, fault?: string) {
    const { view, data } = await pages.open(context, (client, token) =>
      client.call(readSchedule, { params: { name }, query: { count: 1 }, token }),
    );
    const page = await renderConfirmation(view, {
      ...deed.question(data.data.schedule, data.data.nextRuns),
      section: 'schedules',
      reason: 'needed',
      keep: { word: 'Leave it', href: `/schedules/${name}` },
      ...(fault === undefined ? {} : { fault }),
    });
    return context.html(page, fault === undefined ? 200 : 400);
  }

  for (const deed of DEEDS) {
    const path = `/schedules/:name/${deed.verb}` as const;

    app.get(path, (context) => ask(context, deed, context.req.param('name')));

    app.post(path, async (context) => {
      const name = context.req.param('name');
      const read = readConfirmed(await readForm(context));
      if ('fault' in read) return await ask(context, deed, name, read.fault);
      await pages.act(context, (client, token) => deed.act(client, { params: { name }, token, body: read }));
      setFlash(context, { tone: 'ok', text: `${deed.done} Your reason is in the audit log.` });
      return context.redirect(`/schedules/${encodeURIComponent(name)}`, 303);
    });
  }
}
