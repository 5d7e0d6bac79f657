import type { JobList, QueueCounts } from '../../contract/operator.ts';
import { DEAD_LETTER_QUEUE } from '../../contract/queues.ts';
import { Icon } from '../parts/icon.tsx';
import { JOB_LOOKS, type ShownState } from '../parts/state.tsx';
import { thousands } from '../parts/words.ts';
import { jobsHref, type ListFilter } from './job-filter.ts';

export type RailProps = {
  readonly filter: ListFilter;
  readonly counts: JobList['counts'];
  readonly queues: readonly QueueCounts[];
  readonly deadLetters: number;
  /** Names to choose from. */
  readonly names: readonly string[];
};

const ORDER: readonly ShownState[] = ['ready', 'active', 'waiting', 'retry', 'failed', 'cancelled', 'completed'];

/** What a list can be narrowed to, with how many there are; pressing the chosen one takes it off again. */
export function FilterRail({ filter, counts, queues, deadLetters, names }: RailProps) {
  const dead = filter.queue === DEAD_LETTER_QUEUE;
  const used = queues
    .map((queue) => ({ name: queue.name, count: countIn(queue, filter.state) }))
    .filter(({ name, count }) => count > 0 || name === filter.queue)
    .toSorted((a, b) => b.count - a.count);
  return (
    <aside class="rail" id="facets" popover="auto" aria-label="Filters">
      <button class="btn only-n" popovertarget="facets" popovertargetaction="hide">
        <Icon name="x" />
        Close
      </button>
      {!dead && <States filter={filter} counts={counts} />}
      <h2>Queue</h2>
      <ul>
        {used.map(({ name, count }) => (
          <Facet chosen={filter.queue === name} href={queueHref(filter, name)} word={name} count={count} />
        ))}
        {deadLetters > 0 && (
          <Facet
            chosen={dead}
            href={dead ? '/jobs' : jobsHref({ queue: DEAD_LETTER_QUEUE })}
            word="dead letters"
            count={deadLetters}
          />
        )}
      </ul>
      {used.length === 0 && deadLetters === 0 && <p class="mute none">None in use</p>}
      {names.length > 0 && <h2>Name</h2>}
      <ul>
        {names.map((name) => (
          <Facet
            chosen={filter.name === name}
            href={jobsHref(filter, { name: filter.name === name ? null : name })}
            word={name}
          />
        ))}
      </ul>
    </aside>
  );
}

function States({ filter, counts }: Pick<RailProps, 'filter' | 'counts'>) {
  return (
    <>
      <h2>State</h2>
      <ul>
        {ORDER.map((state) => (
          <li>
            <a
              href={jobsHref(filter, { state: filter.state === state ? null : state })}
              aria-current={filter.state === state ? 'true' : undefined}
            >
              <Icon name={JOB_LOOKS[state].icon} tone={JOB_LOOKS[state].tone} />
              <span>{JOB_LOOKS[state].word}</span>
              <b>{thousands(counts[state])}</b>
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

function Facet({ chosen, href, word, count }: { chosen: boolean; href: string; word: string; count?: number }) {
  return (
    <li>
      <a href={href} title={word} aria-current={chosen ? 'true' : undefined}>
        <span class="cut">{word}</span>
        {count !== undefined && <b>{thousands(count)}</b>}
      </a>
    </li>
  );
}

function queueHref(filter: ListFilter, name: string): string {
  return jobsHref(filter, { queue: filter.queue === name ? null : name });
}

function countIn(queue: QueueCounts, state: ListFilter['state']): number {
  if (state === 'created') return queue.ready + queue.waiting;
  if (state !== undefined) return queue[state];
  return allOf(queue);
}

/** Jobs in every state. */
export function allOf(counts: JobList['counts']): number {
  return ORDER.reduce((sum, each) => sum + counts[each], 0);
}
