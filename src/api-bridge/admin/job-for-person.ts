import type { Catalogue } from '../../contract/catalogue/index.ts';
import type { JobView } from '../../contract/job.ts';
import type { JobList } from '../../contract/operator.ts';
import type { Principal } from '../auth/principal.ts';
import { redact } from './redact.ts';

/** A page of a dashboard carries so much of a payload; what is larger is read in parts. */
export const VALUE_BYTES = 256 * 1024;

/** A job as this person may see it: without what is hidden from them, and without a payload that would flood a page. */
export function jobForPerson(job: JobView, principal: Principal, catalogue: Catalogue): JobView {
  const paths = catalogue.find(job.name)?.redact;
  const see = (value: unknown) => capped(redact(value, { principal, paths }));
  const [payload, output] = [see(job.payload), see(job.output)];
  const { output: _, ...rest } = job;
  return {
    ...rest,
    payload: payload.value,
    ...(payload.bytes === undefined ? {} : { payloadBytes: payload.bytes }),
    ...(output.value === undefined ? {} : { output: output.value }),
    ...(output.bytes === undefined ? {} : { outputBytes: output.bytes }),
  };
}

/** The same for the glances of a list. */
export function jobsForPerson(list: JobList, principal: Principal, catalogue: Catalogue): JobList {
  const jobs = list.jobs.map((job) => {
    if (job.payload === undefined) return job;
    return { ...job, payload: redact(job.payload, { principal, paths: catalogue.find(job.name)?.redact }) };
  });
  return { ...list, jobs };
}

function capped(value: unknown): { readonly value?: unknown; readonly bytes?: number } {
  if (value === undefined) return {};
  const bytes = Buffer.byteLength(JSON.stringify(value));
  return bytes <= VALUE_BYTES ? { value } : { bytes };
}
