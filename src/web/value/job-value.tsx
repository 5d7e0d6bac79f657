import type { JobView } from '../../contract/job.ts';
import { Tree } from '../parts/tree.tsx';
import { bytes } from '../parts/words.ts';
import { valueHref } from './value-page.tsx';

/** A payload or an output on the page of its job; what is too large for it has a page of its own. */
export function JobValueTree({ job, of }: { job: JobView; of: 'payload' | 'output' }) {
  const size = of === 'payload' ? job.payloadBytes : job.outputBytes;
  if (size === undefined) return <Tree value={of === 'payload' ? job.payload : job.output} />;
  return (
    <p class="small">
      It is too large to be shown here. <a href={valueHref({ queue: job.queue, id: job.id, of })}>Look into it</a>, one
      level at a time.
    </p>
  );
}

/** How large it is as JSON. */
export function jobValueSize(job: JobView, of: 'payload' | 'output'): string {
  const known = of === 'payload' ? job.payloadBytes : job.outputBytes;
  return bytes(known ?? Buffer.byteLength(JSON.stringify((of === 'payload' ? job.payload : job.output) ?? null)));
}
