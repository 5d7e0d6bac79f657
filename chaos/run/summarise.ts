import type { FinalState } from '../check/final-state.ts';
import type { HistoryEvent } from '../history/event.ts';

/** What happened, in figures. */
export function summarise(events: readonly HistoryEvent[], final: FinalState): string[] {
  const count = (pick: (event: HistoryEvent) => boolean) => events.filter(pick).length;
  const endings = (op: 'enqueue' | 'settle' | 'effect') =>
    (['ok', 'failed', 'unknown'] as const)
      .map((ending) => `${count((event) => event.op === op && event.ending === ending)} ${ending}`)
      .join(', ');
  const verdicts = Map.groupBy(
    events.flatMap((event) => (event.op === 'settle' && event.verdict !== undefined ? [event.verdict] : [])),
    (verdict) => verdict,
  );
  const states = Map.groupBy(final.jobs, ({ state }) => state);
  const outcomes = Map.groupBy(final.attempts, ({ outcome }) => outcome);
  const faults = Map.groupBy(
    events.flatMap((event) => (event.op === 'fault' ? [event.kind] : [])),
    (kind) => kind,
  );
  return [
    `enqueue calls: ${endings('enqueue')}`,
    `claims that gave jobs: ${count(({ op }) => op === 'claim')}`,
    `settles: ${endings('settle')} (${tally(verdicts)})`,
    `effects: ${endings('effect')}`,
    `faults: ${tally(faults)}`,
    `jobs: ${tally(states)}`,
    `attempts: ${tally(outcomes)}`,
    `slowest recovery after PostgreSQL was back: ${slowestRecovery(events)}`,
  ];
}

function tally(groups: ReadonlyMap<string, readonly unknown[]>): string {
  return [...groups].map(([name, all]) => `${all.length} ${name}`).join(', ') || 'none';
}

function slowestRecovery(events: readonly HistoryEvent[]): string {
  const done = events
    .filter((event) => (event.op === 'settle' || event.op === 'enqueue') && event.ending === 'ok')
    .map(({ endedMs }) => endedMs)
    .sort((a, b) => a - b);
  const waits = events.flatMap((event) => {
    const next =
      event.op === 'fault' && event.kind === 'restart-postgres' ? done.find((ms) => ms > event.endedMs) : undefined;
    return next === undefined ? [] : [next - event.endedMs];
  });
  return waits.length === 0 ? 'not measured' : `${Math.round(Math.max(...waits))} ms`;
}
