import type { HoldView, LimitsView } from '../../contract/limits-view.ts';
import { mayOperate, type View } from '../frame/view.ts';
import { clock, Time } from '../parts/time.tsx';
import { duration, plural, roughly, thousands } from '../parts/words.ts';

/** A job key that ran in a loop, and until when it is kept from running. */
export function RunawayBan({ hold, view }: { hold: HoldView; view: View }) {
  const { key, name, executions, windowSeconds, jobId, queue, waiting, until } = hold;
  const sinceMs = Date.parse(hold.since);
  const untilMs = until === undefined ? undefined : Date.parse(until);
  const often =
    executions === undefined
      ? 'ran too often'
      : `ran ${thousands(executions)} times within ${duration((windowSeconds ?? 60) * 1000)}`;
  return (
    <section class="sec why s-warn">
      <h2>Stopped by the runaway guard</h2>
      <p>
        <b>{`${name} ${often}`}</b>, at <Time ms={sinceMs}>{clock(sinceMs)}</Time>. Its key <code>{key}</code> does not
        run anywhere
        {untilMs !== undefined && ` until ${clock(untilMs)}, for another ${duration(untilMs - view.nowMs)}`}.{' '}
        {plural(waiting, 'job waits', 'jobs wait')} for that.
      </p>
      <div class="acts">
        {mayOperate(view) && (
          <a class="btn" href={`/limits/lift?key=${encodeURIComponent(key)}`}>
            Let it run now
          </a>
        )}
        {jobId !== undefined && queue !== undefined && (
          <a class="btn" href={`/jobs/${queue}/${jobId}`}>
            The job that met it first
          </a>
        )}
      </div>
    </section>
  );
}

/** Keys of which as many jobs run as may. */
export function FullKeys({ holds }: { holds: readonly HoldView[] }) {
  return (
    <section class="sec">
      <h2>
        Concurrency keys <small>how many may run at once</small>
      </h2>
      {holds.length === 0 ? (
        <p class="small mute">No key is at its limit: nothing waits for another job of its key.</p>
      ) : (
        <table class="flat stack tri">
          <caption class="sr">Keys at their concurrency limit</caption>
          <thead>
            <tr>
              <th scope="col" class="grow">
                Key
              </th>
              <th scope="col" class="p2">
                Job
              </th>
              <th scope="col" class="num">
                Runs
              </th>
              <th scope="col" class="num">
                Waits
              </th>
              <th scope="col" class="num">
                Since
              </th>
            </tr>
          </thead>
          <tbody>
            {holds.map(({ key, name, running, limit, waiting, since }) => (
              <tr>
                <th scope="row" class="grow">
                  <div class="cut">
                    <b class="nm">{key}</b>
                  </div>
                </th>
                <td class="p2" data-l="job">
                  <a href={`/jobs?q=name:${name}`}>{name}</a>
                </td>
                <td class="num" data-l="runs">
                  <b class="c s-warn">{`${running ?? '–'} of ${limit ?? '–'}`}</b>
                </td>
                <td class="num" data-l="waits">
                  {thousands(waiting)}
                </td>
                <td class="num" data-l="since">
                  <Time ms={Date.parse(since)}>{clock(Date.parse(since))}</Time>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** Jobs that want labels which no worker has. */
export function MissingLabels({ holds }: { holds: readonly HoldView[] }) {
  if (holds.length === 0) return null;
  return (
    <section class="sec">
      <h2>
        Labels that no worker has <small>jobs stand aside until one comes</small>
      </h2>
      <table class="flat stack">
        <caption class="sr">Jobs that no online worker is able to run</caption>
        <thead>
          <tr>
            <th scope="col" class="grow">
              Wanted
            </th>
            <th scope="col">Job</th>
            <th scope="col" class="num">
              Waits
            </th>
          </tr>
        </thead>
        <tbody>
          {holds.map(({ key, name, waiting }) => (
            <tr>
              <th scope="row" class="grow">
                <div class="cut">{key}</div>
              </th>
              <td data-l="job">
                <a href={`/jobs?q=name:${name}`}>{name}</a>
              </td>
              <td class="num" data-l="waits">
                <b class="c s-fail">{thousands(waiting)}</b>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Children that were refused, because their line had grown too deep or too wide. */
export function LineageStops({ stops, nowMs }: { stops: LimitsView['lineageStops']; nowMs: number }) {
  if (stops.length === 0) return null;
  return (
    <section class="sec">
      <h2>
        Lineages that were cut <small>a job and all that came of it</small>
      </h2>
      <table class="flat stack">
        <caption class="sr">Roots whose jobs were refused children</caption>
        <thead>
          <tr>
            <th scope="col" class="grow">
              Root and refused job
            </th>
            <th scope="col">Why</th>
            <th scope="col" class="num">
              Refused
            </th>
            <th scope="col" class="num">
              Last
            </th>
          </tr>
        </thead>
        <tbody>
          {stops.map(({ root, kind, name, depth, refused, lastAt }) => (
            <tr>
              <th scope="row" class="grow">
                <div class="cut">
                  <b class="nm">{name}</b> <span class="mute mono">{root}</span>
                </div>
              </th>
              <td class="mute">{kind === 'depth' ? `depth ${depth}` : `too many of one ${kind}`}</td>
              <td class="num" data-l="refused">
                {thousands(refused)}
              </td>
              <td class="num" data-l="last">
                <Time ms={Date.parse(lastAt)}>{`${roughly(nowMs - Date.parse(lastAt))} ago`}</Time>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
