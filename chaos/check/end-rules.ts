import { eachLife, revivedAfter, taken, type JobLife } from './facts.ts';

/** The end that was acknowledged is the end that is there, with what was said. */
export const endsAgree = eachLife('an acknowledged end is the end', (life) => {
  const { final } = life;
  const ends = taken(life).filter((settle) => settle.outcome === 'completed' || settle.state === 'failed');
  const last = ends.at(-1);
  if (last === undefined || final === undefined || revivedAfter(life, last.startedMs)) return [];
  const wrong = final.state === last.state ? [] : [`acknowledged as ${last.state ?? last.outcome}, is ${final.state}`];
  if (last.outcome !== 'completed') return wrong;
  // The first word counts; which of several that was is known where its acceptance was heard.
  const said = life.settles.filter(({ lease, outcome }) => lease === last.lease && outcome === 'completed');
  const accepted = said.filter(({ verdict }) => verdict === 'accepted');
  const outputs = (accepted.length > 0 ? accepted : said).map(({ output }) => output ?? null);
  const recorded = life.attempts.find(({ outcome }) => outcome === 'completed')?.output ?? null;
  return outputs.includes(recorded)
    ? wrong
    : [...wrong, `acknowledged with ${outputs.join(' or ')}, holds ${recorded ?? 'nothing'}`];
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

/** Two workers must have been lost before a job is taken for what kills them; and only who confirmed a claim can be lost. */
export const lossesAreReal = eachLife('only a confirmed claim can be lost', (life) => {
  const lost = life.attempts.filter(({ outcome }) => outcome === 'lost');
  const poisoned = lost.some(({ code }) => code === 'poison') && lost.length < 3;
  return [
    ...(poisoned ? [`quarantined after ${lost.length} lost workers`] : []),
    ...lost.flatMap(({ attempt, workerId }) => {
      const leases = new Set(
        life.claims
          .filter((claim) => claim.attempt === attempt && (claim.by === workerId || workerId === UNKNOWN))
          .map(({ lease }) => lease),
      );
      const confirmed =
        life.renewals.some(({ lease }) => leases.has(lease)) || life.settles.some(({ lease }) => leases.has(lease));
      return confirmed ? [] : [`attempt ${attempt} was lost under ${workerId}, which had never confirmed it`];
    }),
  ];
});

/** A job that is to wait is not handed out before its time; one that shall not be tried again is not. */
export const wishesHold = eachLife('a retry is as it was asked for', (life) =>
  taken(life).flatMap(({ by, lease, state, delayMs = 0, forGood = false }) => {
    const held = life.claims.find((claim) => claim.lease === lease);
    const saidMs = Math.min(
      ...life.settles.filter((settle) => settle.lease === lease).map(({ startedMs }) => startedMs),
    );
    if (held === undefined || life.changes.length > 0) return [];
    const next = life.claims.find(
      (claim) => claim.claimedAtMs > held.claimedAtMs && claim.endedMs < saidMs + delayMs - EARLY_MS,
    );
    return [
      ...(next === undefined || delayMs === 0
        ? []
        : [`${next.by} got it before the ${delayMs} ms that ${by} asked for were over`]),
      ...(forGood && state !== 'failed' ? [`${by} wanted no other attempt, and the job is ${state ?? 'unknown'}`] : []),
    ];
  }),
);
const EARLY_MS = 50;
/** Whom the API writes down when nobody could tell who held a job, after it was killed. */
const UNKNOWN = '(unknown)';

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
