import type { WorkerView } from '../../contract/worker.ts';

/** Beyond this many, single slots are too narrow to be seen and a bar says the same. */
const DRAWN = 12;
const STEP = 9;

/** A worker's slots: one mark each, filled when taken; the numbers below. */
export function Slots({ worker }: { worker: WorkerView }) {
  const { concurrency, running, status } = worker;
  const taken = Math.min(running.length, concurrency);
  const label = `${taken} of ${concurrency} slots busy`;
  const tone = status === 'draining' ? 's-drain' : 's-run';
  return (
    <>
      {concurrency <= DRAWN ? (
        <svg class="slots" width={concurrency * STEP - 2} height="10" role="img" aria-label={label}>
          {Array.from({ length: concurrency }, (_, slot) => (
            <rect class={slot < taken ? `f-c ${tone}` : 'f-line'} x={slot * STEP} width="7" height="10" rx="1.5" />
          ))}
        </svg>
      ) : (
        <svg class="bar" viewBox="0 0 100 5" preserveAspectRatio="none" role="img" aria-label={label}>
          <rect class={`f-c ${tone}`} width={((taken / concurrency) * 100).toFixed(1)} height="5" />
        </svg>
      )}
      <small>{`${running.length} of ${concurrency}`}</small>
    </>
  );
}
