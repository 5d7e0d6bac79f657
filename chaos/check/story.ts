import type { HistoryEvent } from '../history/event.ts';
import type { Violation } from './facts.ts';
import type { FinalState } from './final-state.ts';

/** The shortest story of a violation: what was said about that one job, in order, and what is left of it. */
export function tellStory(
  { rule, message, jobId }: Violation,
  events: readonly HistoryEvent[],
  final: FinalState,
): string {
  const head = `✘ ${rule}: ${message}`;
  if (jobId === undefined) return head;
  const job = final.jobs.find(({ id }) => id === jobId);
  const told = events.flatMap((event) => describe(event, jobId).map((text) => ({ ...event, text })));
  const fromMs = told[0]?.startedMs ?? 0;
  const beatsFolded = told.filter((line, at) => line.op !== 'beat' || told[at + 1]?.op !== 'beat');
  const lines = beatsFolded.map(({ startedMs, endedMs, text }) => {
    const end = endedMs === Infinity ? '     …' : seconds(endedMs - fromMs);
    return `    ${seconds(startedMs - fromMs)} – ${end}  ${text}`;
  });
  const attempts = final.attempts
    .filter((attempt) => attempt.jobId === jobId)
    .map(
      ({ attempt, outcome, workerId, state, code }) =>
        `attempt ${attempt} ${outcome} by ${workerId} → ${state}${code === null ? '' : ` (${code})`}`,
    );
  const left = job === undefined ? 'is not there' : `n ${job.n}, ${job.state}, ${job.deadLetters} dead letters`;
  return [head, `  job ${jobId}: ${left}`, ...lines, ...attempts.map((text) => `    in the end: ${text}`)].join('\n');
}

function describe(event: HistoryEvent, jobId: string): string[] {
  switch (event.op) {
    case 'enqueue':
      return event.ids?.includes(jobId) === true ? [`${event.by} enqueued it: ${event.ending}`] : [];
    case 'claim':
      return event.jobs
        .filter((job) => job.jobId === jobId)
        .map(({ attempt, lease }) => `${event.by} claimed it, attempt ${attempt}, lease ${lease}`);
    case 'settle':
      return event.jobId === jobId
        ? [
            `${event.by} settled it as ${event.outcome}, lease ${event.lease}: ${event.verdict ?? event.ending}${event.state === undefined ? '' : ` → ${event.state}`}`,
          ]
        : [];
    case 'beat':
      return event.kept.filter((kept) => kept.jobId === jobId).map(({ lease }) => `${event.by} renewed lease ${lease}`);
    case 'effect':
      return event.jobId === jobId
        ? [
            `${event.by} worked under ${event.key}: ${event.ran === true ? 'the one' : event.ending}, ${event.value ?? '?'}`,
          ]
        : [];
    case 'cancel':
    case 'retry':
      return event.jobId === jobId ? [`${event.by} asked for ${event.op}: ${event.ending}`] : [];
    case 'leave':
    case 'fault':
      return [];
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3).padStart(8)} s`;
}
