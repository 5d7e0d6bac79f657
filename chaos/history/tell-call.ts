import type { Call, Told } from '../way/http-way.ts';
import type { Ending, HistoryEvent, OutcomeType } from './event.ts';
import { digestOf } from './record.ts';

/** A server's fault, or too much at once: nobody knows whether it was done. A refusal is definite. */
function endingOf(status: number | undefined): Ending {
  if (status === undefined || status === 429 || status >= 500) return 'unknown';
  return status < 400 ? 'ok' : 'failed';
}

/** What one call over the wire tells of jobs; most calls tell nothing. */
export function tellCall(call: Call, told: Told, holders: Map<string, string>): HistoryEvent[] {
  const path = call.path
    .replace(/^\/api\/v1\//, '')
    .split('/')
    .map(decodeURIComponent);
  const { startedMs, data } = told;
  const span = { startedMs, endedMs: told.endedMs, ending: endingOf(told.status) };
  if (path[0] === 'workers' && path[1] !== undefined)
    return tellWorker(call, path[1], path.slice(2), span, told, holders);
  if (path[0] !== 'jobs') return [];
  if (call.method === 'POST' && (path.length === 1 || path[1] === 'batch')) {
    const jobs: any[] = path.length === 1 ? [call.body] : (call.body?.jobs ?? []);
    const ids: string[] | undefined = path.length === 1 ? data?.id && [data.id] : data?.ids;
    const ns = jobs.map((job) => job?.payload?.n);
    return [{ op: 'enqueue', by: 'producer', ns, ...span, ...(ids === undefined ? {} : { ids }) }];
  }
  const [, second = '', third = '', fourth] = path;
  if (fourth === 'cancel' || fourth === 'retry') return [{ op: fourth, by: 'operator', jobId: third, ...span }];
  if (third === 'idempotency' && fourth !== undefined) {
    const by = holders.get(call.token) ?? 'an attempt';
    const value = data?.value?.value;
    if (call.method === 'GET' && data?.processed !== true) return [];
    return [
      {
        op: 'effect',
        by,
        jobId: second,
        key: fourth,
        ...span,
        ran: data?.first === true,
        ...(value === undefined ? {} : { value }),
      },
    ];
  }
  return [];
}

type SpanAndEnding = { startedMs: number; endedMs: number; ending: Ending };

function tellWorker(
  call: Call,
  by: string,
  [verb, jobId]: string[],
  span: SpanAndEnding,
  { status, data }: Told,
  holders: Map<string, string>,
): HistoryEvent[] {
  const { body } = call;
  switch (verb) {
    case 'claim': {
      if (status !== 200) return [];
      for (const job of data.jobs) holders.set(job.token, by);
      const jobs = data.jobs.map((job: any) => ({
        jobId: job.id,
        n: job.payload?.n,
        lease: digestOf(job.lease),
        attempt: job.attempt,
        maxAttempts: job.maxAttempts,
        claimedAtMs: Date.parse(job.claimedAt),
      }));
      const claimId = body?.claimId === undefined ? {} : { claimId: body.claimId };
      return [{ op: 'claim', by, ...span, ...claimId, jobs }];
    }
    case undefined:
      return call.method === 'DELETE' ? [{ op: 'leave', by, ...span }] : [];
    case 'heartbeat': {
      if (span.ending === 'failed') return [];
      const over = new Set<string>([...(data?.lost ?? []), ...(data?.cancelled ?? [])]);
      const kept = (body?.running ?? []).filter((each: any) => !over.has(each.jobId));
      if (kept.length === 0) return [];
      const leases = kept.map((each: any) => ({ jobId: each.jobId, lease: digestOf(each.lease) }));
      return [{ op: 'beat', by, ...span, kept: leases }];
    }
    case 'settle':
      return (body?.settlements ?? []).map((each: any, at: number) =>
        settled(
          { by, jobId: each.jobId, lease: each.lease, outcome: each.outcome.type },
          each.outcome,
          span,
          data?.results[at],
        ),
      );
    case 'complete':
    case 'fail':
    case 'release': {
      const outcome = { complete: 'completed', fail: 'failed', release: 'released' } as const;
      return [settled({ by, jobId: jobId ?? '', lease: body?.lease ?? '', outcome: outcome[verb] }, body, span, data)];
    }
    default:
      return [];
  }
}

type Said = { by: string; jobId: string; lease: string; outcome: OutcomeType };

function settled(about: Said, said: any, span: SpanAndEnding, answer: any): HistoryEvent {
  const isRefused = ['superseded', 'gone', 'forbidden'].includes(answer?.verdict);
  const delaySeconds = said?.retryInSeconds ?? said?.delaySeconds;
  return {
    op: 'settle',
    ...about,
    lease: digestOf(about.lease),
    ...span,
    ...(isRefused ? { ending: 'failed' as const } : {}),
    ...(answer?.verdict === undefined ? {} : { verdict: answer.verdict }),
    ...(answer?.state === undefined ? {} : { state: answer.state }),
    ...(delaySeconds === undefined ? {} : { delayMs: delaySeconds * 1000 }),
    ...(said?.retry === false ? { forGood: true } : {}),
    ...(said?.output?.mark === undefined ? {} : { output: said.output.mark }),
  };
}
