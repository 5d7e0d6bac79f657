import type { FleetCircuit } from '../../contract/circuits.ts';
import type { LimitsView } from '../../contract/limits-view.ts';
import { renderPage } from '../frame/page.tsx';
import type { View } from '../frame/view.ts';
import { duration, listed, plural } from '../parts/words.ts';
import { CircuitTable } from './circuit-table.tsx';
import { FullKeys, LineageStops, MissingLabels, RunawayBan } from './holds.tsx';

/** What keeps due jobs and calls back on purpose: who tripped it, and when it lets go. */
export async function renderLimits(
  view: View,
  { holds, lineageStops, runaway }: LimitsView,
  circuits: readonly FleetCircuit[],
): Promise<string> {
  const of = (kind: LimitsView['holds'][number]['kind']) => holds.filter((hold) => hold.kind === kind);
  return await renderPage(view, {
    title: 'Limits',
    section: 'limits',
    children: (
      <>
        <div class="head">
          <h1>Limits</h1>
          <span class="mute">{summary(holds, circuits)}</span>
        </div>
        {of('runaway').map((hold) => (
          <RunawayBan hold={hold} view={view} />
        ))}
        <CircuitTable circuits={circuits} />
        <FullKeys holds={of('concurrency')} />
        <MissingLabels holds={of('labels')} />
        <LineageStops stops={lineageStops} nowMs={view.nowMs} />
        <section class="sec">
          <h2>Runaway guard</h2>
          <p class="small">{guardInWords(runaway)}</p>
        </section>
      </>
    ),
  });
}

function summary(holds: LimitsView['holds'], circuits: readonly FleetCircuit[]): string {
  const count = (kind: LimitsView['holds'][number]['kind']) => holds.filter((hold) => hold.kind === kind).length;
  const tripped = circuits.filter(({ state }) => state !== 'closed').length;
  const parts = [
    tripped > 0 ? `${plural(tripped, 'circuit')} not closed` : undefined,
    count('runaway') > 0 ? `${plural(count('runaway'), 'key')} stopped` : undefined,
    count('concurrency') > 0 ? `${plural(count('concurrency'), 'key')} full` : undefined,
    count('labels') > 0 ? `${plural(count('labels'), 'job')} without an able worker` : undefined,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? 'nothing is held back' : listed(parts);
}

function guardInWords({ mode, perMinute, perFiveMinutes, banSeconds }: LimitsView['runaway']): string {
  if (mode === 'off') return 'Off: a job that enqueues itself for ever is not stopped.';
  const whom = mode === 'all' ? 'Every key' : 'A key of a job that declares it';
  return `${whom} that runs ${perMinute} times within a minute, or ${perFiveMinutes} times within five, is kept from running for ${duration(banSeconds * 1000)}. A definition may say other numbers.`;
}
