import type { BridgeClient } from '../process/bridge-client.ts';
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
    Object.assign(result, await upload(result.sample, { client, ledger, signal }));
    onChange(results);
  });
  while (!signal.aborted && performance.now() < end) {
    const pending = results.filter((result) => !hasEnded(result));
    if (pending.length === 0) break;
    await eachOf(pending, async (result) => {
      const file = result.file && (await readSample(client, result.file.file.id, signal));
      if (file !== undefined) result.file = file;
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

/** A few at a time, as a browser would. */
async function eachOf(results: readonly SampleResult[], step: (result: SampleResult) => Promise<void>): Promise<void> {
  const queue = [...results];
  const lane = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await step(next);
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
}
