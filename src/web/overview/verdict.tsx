import type { View } from '../frame/view.ts';
import { Icon } from '../parts/icon.tsx';
import { State } from '../parts/state.tsx';
import { duration, listed, plural } from '../parts/words.ts';
import type { Findings, Problem } from './find-problems.ts';

/** The page's first sentence answers the question that people come with, the list below gives the evidence. */
export function Verdict({ view, findings: { problems, watched } }: { view: View; findings: Findings }) {
  return (
    <>
      <div class="verdict">
        <h1>{problems.length === 0 ? <Calm view={view} /> : <Claims problems={problems} />}</h1>
      </div>
      {problems.length + watched.length > 0 && (
        <ol class="probs">
          {[...problems, ...watched].map((problem) => (
            <Evidence problem={problem} />
          ))}
        </ol>
      )}
      <p class="calm">
        <Rest view={view} problems={problems} />
      </p>
    </>
  );
}

function Claims({ problems }: { problems: readonly Problem[] }) {
  const tone = problems.some((problem) => problem.tone === 'fail') ? 'fail' : 'retry';
  return (
    <>
      <b class={`s-${tone}`}>{plural(problems.length, 'problem')}:</b> {listed(problems.map(({ claim }) => claim))}.
    </>
  );
}

function Calm({ view: { overview, workers } }: { view: View }) {
  const { counts } = overview;
  const online = workers.filter((worker) => worker.status !== 'offline').length;
  if (online === 0) {
    return (
      <>
        <b class="s-retry">No worker is online,</b> and no job waits for one.
      </>
    );
  }
  const pending = counts.ready + counts.active + counts.retry;
  return (
    <>
      <b class="s-done">All is well:</b> {plural(online, 'worker takes', 'workers take')} jobs, and{' '}
      {pending === 0 ? 'no job waits' : 'none waits for long'}.
    </>
  );
}

function Evidence({ problem: { tone, icon, title, evidence, actions } }: { problem: Problem }) {
  return (
    <li class={`s-${tone}`}>
      <Icon name={icon} />
      <div>
        <h2>{title}</h2>
        <p>{evidence}</p>
      </div>
      <div class="acts">
        {actions.map(({ word, href }) => (
          <a class="btn" href={href}>
            {word}
          </a>
        ))}
      </div>
    </li>
  );
}

/** What is well, so that a list of problems does not look like all there is. */
function Rest({ view: { overview, workers }, problems }: { view: View; problems: readonly Problem[] }) {
  const online = workers.filter((worker) => worker.status !== 'offline');
  const slots = online.reduce((sum, worker) => sum + worker.concurrency, 0);
  const busy = online.reduce((sum, worker) => sum + worker.running.length, 0);
  const waits = overview.queues.flatMap((queue) => queue.oldestReadySeconds ?? []).filter((seconds) => seconds < 60);
  const longest = waits.length === 0 ? undefined : duration(Math.max(...waits) * 1000);
  const facts = [
    `${busy} of ${plural(slots, 'slot')} ${busy === 1 ? 'is' : 'are'} busy`,
    longest === undefined ? 'no due job waits' : `due jobs wait ${longest} at most`,
    overview.deadLetters === 0
      ? 'there are no dead letters'
      : plural(overview.deadLetters, 'dead letter is kept', 'dead letters are kept'),
  ];
  return (
    <>
      {problems.length > 0 && (
        <>
          <State look={{ word: 'The rest is on time', tone: 'done', icon: 'done' }} />:{' '}
        </>
      )}
      {listed(facts)}.
    </>
  );
}
