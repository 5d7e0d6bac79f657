/** The life of jobs as docs/job-lifecycle.md tells it, without a database: what every answer must be. */
export type State = 'created' | 'retry' | 'active' | 'completed' | 'failed' | 'cancelled';
export type Outcome = 'completed' | 'failed' | 'released';
export type Verdict = { verdict: 'accepted' | 'already-accepted' | 'superseded' | 'gone'; state?: State };

type Holding = { job: LivingJob; attempt: number; said?: { outcome: Outcome; state: State } };
export type LivingJob = {
  id: string;
  state: State;
  readonly maxAttempts: number;
  /** Attempts that count and are over. */
  burnt: number;
  holder: number | undefined;
  /** Somebody took it in hand: how many attempts are left is then the engine's affair. */
  byHand: boolean;
};

export class Life {
  readonly jobs: LivingJob[] = [];
  readonly holdings: Holding[] = [];

  enqueue(id: string, maxAttempts: number): void {
    this.jobs.push({ id, state: 'created', maxAttempts, burnt: 0, holder: undefined, byHand: false });
  }

  /** Oldest first, whatever happened to them before. */
  claim(limit: number): LivingJob[] {
    const ready = this.jobs.filter(({ state }) => state === 'created' || state === 'retry').slice(0, limit);
    for (const job of ready) {
      job.state = 'active';
      job.holder = this.holdings.push({ job, attempt: job.burnt + 1 }) - 1;
    }
    return ready;
  }

  settle(at: number, outcome: Outcome): Verdict {
    const holding = this.holdings[at]!;
    const { job, said } = holding;
    if (said?.outcome === outcome) return { verdict: 'already-accepted', state: said.state };
    if (said === undefined && job.state === 'active' && job.holder === at) {
      const state = this.#end(job, outcome);
      holding.said = { outcome, state };
      return { verdict: 'accepted', state };
    }
    return { verdict: job.state === 'cancelled' ? 'gone' : 'superseded' };
  }

  #end(job: LivingJob, outcome: Outcome): State {
    job.holder = undefined;
    if (outcome === 'failed') job.burnt += 1;
    if (outcome === 'completed') job.state = 'completed';
    else if (outcome === 'released') job.state = 'created';
    else job.state = job.burnt < job.maxAttempts ? 'retry' : 'failed';
    return job.state;
  }

  beat(at: number): 'kept' | 'lost' | 'cancelled' {
    const { job, said } = this.holdings[at]!;
    if (said === undefined && job.state === 'active' && job.holder === at) return 'kept';
    return job.state === 'cancelled' ? 'cancelled' : 'lost';
  }

  cancel(job: LivingJob): 'cancelled' | 'not_cancellable' {
    if (['completed', 'failed', 'cancelled'].includes(job.state)) return 'not_cancellable';
    job.state = 'cancelled';
    job.holder = undefined;
    job.byHand = true;
    return 'cancelled';
  }

  /** Which of the two waiting states it then has is the engine's affair as well; both are claimed alike. */
  retry(job: LivingJob): 'waits' | 'not_retryable' {
    if (job.state !== 'failed' && job.state !== 'cancelled') return 'not_retryable';
    job.state = 'retry';
    job.byHand = true;
    return 'waits';
  }
}
