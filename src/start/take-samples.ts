import type { BridgeClient } from '../process/bridge-client.ts';
import { BridgeCallError } from '../process/bridge-error.ts';
import { sleep } from '../process/sleep.ts';
import { readSample, uploadSample } from './sample-files.ts';
import type { SampleLedger } from './sample-ledger.ts';
import { hasEnded, type SampleResult } from './sample-result.ts';
import { SAMPLE_SET, type Sample } from './sample-set.ts';

export type TakeSamplesOptions = {
  client: BridgeClient;
  ledger: SampleLedger;
  signal: AbortSignal;
  timeoutMs: number;
  /** Called whenever something may have changed. */
  onChange: (results: readonly SampleResult[]) => void;
};

/**
 * Takes the sample set through the public API and follows it to its end. What an earlier start uploaded is followed, not
 * uploaded again. Resolves at the deadline too, with what stands then.
 */
export async function takeSamples(options: TakeSamplesOptions): Promise<SampleResult[]> {
  const { client, ledger, signal, onChange, timeoutMs } = options;
  const results: SampleResult[] = SAMPLE_SET.map((sample) => ({ sample }));
  const end = performance.now() + timeoutMs;
  onChange(results);
  await eachOf(results, async (result) => {
    const answer = await untilAnswered(() => upload(result.sample, { client, ledger, signal }), end, signal);
    Object.assign(result, answer);
    onChange(results);
  });
  while (!signal.aborted && performance.now() < end) {
    const pending = results.filter((result) => !hasEnded(result));
    if (pending.length === 0) break;
    await eachOf(pending, async (result) => {
      const id = result.file?.file.id;
      const file = id && (await untilAnswered(() => readSample(client, id, signal), end, signal));
      if (file) result.file = file;
    });
    onChange(results);
    await sleep(250, signal);
  }
  return results;
}

type Source = Pick<TakeSamplesOptions, 'client' | 'ledger' | 'signal'>;

async function upload(sample: Sample, { client, ledger, signal }: Source): Promise<Partial<SampleResult>> {
  const known = ledger.idOf(sample.name);
  const file = known === undefined ? undefined : await readSample(client, known, signal);
  if (file !== undefined) return { file };
  const answer = await uploadSample(client, sample, signal);
  if ('refusal' in answer) return answer;
  ledger.record(sample.name, answer.file.id);
  return { file: answer };
}

/** An API that is away for a moment is asked again; a file that was uploaded twice that way does no harm. */
async function untilAnswered<Answer>(
  ask: () => Promise<Answer>,
  end: number,
  signal: AbortSignal,
): Promise<Answer | undefined> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted || performance.now() > end) return undefined;
      if (!(error instanceof BridgeCallError) || (error.status !== undefined && error.status < 500)) throw error;
      await sleep(500, signal);
    }
  }
}

/** A few at a time, as a browser would. */
async function eachOf(results: readonly SampleResult[], step: (result: SampleResult) => Promise<void>): Promise<void> {
  const queue = [...results];
  const lane = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await step(next);
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
}
