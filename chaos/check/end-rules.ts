import { eachLife, revivedAfter, taken, type JobLife } from './facts.ts';

/** The end that was acknowledged is the end that is there, with what was said. */
export const endsAgree = eachLife('an acknowledged end is the end', (life) => {
  const { final } = life;
  const ends = taken(life).filter((settle) => settle.outcome === 'completed' || settle.state === 'failed');
  const last = ends.at(-1);
  if (last === undefined || final === undefined || revivedAfter(life, last.startedMs)) return [];
  const wrong = final.state === last.state ? [] : [`acknowledged as ${last.state ?? last.outcome}, is ${final.state}`];
  if (last.outcome !== 'completed' || last.output === undefined) return wrong;
  const recorded = life.attempts.find(({ outcome }) => outcome === 'completed')?.output;
  return recorded === last.output
    ? wrong
    : [...wrong, `acknowledged with ${last.output}, holds ${recorded ?? 'nothing'}`];
});

/** One terminal state: one completed attempt at most, none beside another terminal one. */
export const oneTerminal = eachLife('a job ends once', (life) => {
  const completed = life.attempts.filter(({ outcome }) => outcome === 'completed').length;
  const ended = life.attempts.filter(({ state }) => ['completed', 'failed', 'cancelled'].includes(state)).length;
  const revivals = life.changes.filter(({ op, ending }) => op === 'retry' && ending !== 'failed').length;
  return [
    ...(completed > 1 ? [`completed ${completed} times`] : []),
    ...(ended > 1 + revivals ? [`reached a terminal state ${ended} times`] : []),
  ];
});

/** A completed job was completed by somebody: no end appears out of nothing. */
export const endsHaveCauses = eachLife('an end has a cause', (life) => {
  const said = (outcome: string) =>
    life.settles.some((settle) => settle.outcome === outcome && settle.ending !== 'failed');
  const lost = life.attempts.some(({ outcome }) => outcome === 'lost');
  if (life.final?.state === 'completed' && !said('completed')) return ['completed, and nobody had said so'];
  if (life.final?.state === 'failed' && !said('failed') && !lost) return ['failed, and nobody had said so or was lost'];
  if (life.final?.state === 'cancelled' && !life.changes.some(({ op }) => op === 'cancel'))
    return ['cancelled, and nobody had asked for it'];
  return [];
});

/** Only failures and lost workers burn attempts: the number of an attempt says how many of those came before it. */
export const honestAttempts = eachLife('no attempt is burnt', (life) => {
  const burnt = (before: (at: number) => boolean) =>
    life.attempts.filter(
      ({ outcome, retryCount }) => ['failed', 'lost', 'cancelled'].includes(outcome) && before(retryCount),
    ).length;
  return [
    ...life.attempts
      .filter(({ attempt, retryCount }) => attempt !== 1 + burnt((at) => at < retryCount))
      .filter(() => !hadCancel(life))
      .map(
        ({ attempt, outcome, retryCount }) =>
          `${outcome} as attempt ${attempt}, after ${burnt((at) => at < retryCount)} that count`,
      ),
    ...life.claims
      .filter(({ attempt, maxAttempts }) => attempt > maxAttempts)
      .map(({ attempt, maxAttempts }) => `claimed as attempt ${attempt} of ${maxAttempts}`),
    ...life.claims
      .filter(({ attempt }) => attempt > 1 + burnt(() => true))
      .map(({ attempt }) => `claimed as attempt ${attempt}, after ${burnt(() => true)} that count`),
    ...gaveUpEarly(life),
  ];
});

/** Failed though attempts were left, and nobody had said that another one would not help. */
function gaveUpEarly(life: JobLife): string[] {
  const last = life.attempts.findLast(({ outcome }) => outcome === 'failed' || outcome === 'lost');
  const most = life.claims[0]?.maxAttempts;
  if (life.final?.state !== 'failed' || last === undefined || most === undefined) return [];
  const meant = last.code === 'poison' || last.code === 'for_good' || last.code === 'malformed_job';
  return last.attempt < most && !meant ? [`failed for good at attempt ${last.attempt} of ${most}`] : [];
}

function hadCancel(life: JobLife): boolean {
  return life.changes.length > 0;
}

/** A job that is to wait is not handed out before its time. */
export const delaysHold = eachLife('a delay is kept', (life) =>
  taken(life).flatMap(({ runAtMs, lease }) => {
    const held = life.claims.find((claim) => claim.lease === lease);
    if (runAtMs === undefined || held === undefined || life.changes.length > 0) return [];
    const early = life.claims.find(
      (claim) => claim.claimedAtMs > held.claimedAtMs && claim.claimedAtMs < runAtMs - EARLY_MS,
    );
    return early === undefined
      ? []
      : [`${early.by} got it ${Math.round(runAtMs - early.claimedAtMs)} ms before its time`];
  }),
);
const EARLY_MS = 50;

/** Once a cancellation was acknowledged, nothing that begins after it is accepted, and nobody gets the job. */
export const cancelHolds = eachLife('a cancelled job stays cancelled', (life) => {
  const cancel = life.changes.find(({ op, ending }) => op === 'cancel' && ending === 'ok');
  if (cancel === undefined || revivedAfter(life, cancel.startedMs)) return [];
  return [
    ...life.settles
      .filter((settle) => settle.verdict === 'accepted' && settle.startedMs > cancel.endedMs)
      .map(({ by }) => `${by} was accepted after the cancellation`),
    ...life.claims
      .filter((claim) => claim.startedMs > cancel.endedMs)
      .map(({ by }) => `${by} got it after the cancellation`),
    ...(life.final !== undefined && life.final.state !== 'cancelled'
      ? [`acknowledged as cancelled, is ${life.final.state}`]
      : []),
  ];
});
