import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { createLogger } from '../../process/logger.ts';
import type { PlatformClients } from '../clients/create-clients.ts';
import type { JobHttp } from '../clients/job-http.ts';
import type { ChildOptions } from '../children.ts';
import type { AttemptFacts, JobApi, JobContext } from '../context.ts';
import type { JobDefinition, JobOutput } from '../define-job.ts';
import { parsePayload } from '../parse-payload.ts';
import { toJsonValue } from '../json-value.ts';
import { memoryCircuit } from './memory-circuit.ts';
import { memoryFacilities, type RecordedMetric } from './memory-facilities.ts';
import { memoryPlatform } from './memory-platform.ts';
import { createMemoryStore, type MemoryStore } from './memory-store.ts';

export type RunOverrides = {
  readonly job?: Partial<AttemptFacts>;
  /** Answers the calls that the handler makes; a call that is not named throws and says which. */
  readonly api?: Partial<JobApi>;
  /** The clients that the handler uses of `ctx.platform`; one that is not given throws and says which. */
  readonly platform?: Partial<PlatformClients>;
  /** Answers what the handler sends to addresses of its payload. */
  readonly http?: Partial<JobHttp>;
  /** Whether `ctx.circuit` refuses its calls; closed when it is not said. */
  readonly circuit?: 'closed' | 'open';
  /** What earlier runs have marked, locked and recorded. */
  readonly store?: MemoryStore;
  readonly signal?: AbortSignal;
};

export type RunRecord = {
  /** As JSON has it, which is how the API would show it. */
  readonly output: JobOutput;
  readonly progress: readonly { readonly percent: number; readonly message?: string }[];
  /** Every line that the handler logged, parsed. */
  readonly logs: readonly Readonly<Record<string, unknown>>[];
  readonly metrics: readonly RecordedMetric[];
  /** What the handler enqueued; a repeated key counts once. */
  readonly children: readonly RecordedChild[];
};

export type RecordedChild = { readonly name: string; readonly payload: unknown; readonly options: ChildOptions };

/**
 * Runs a job's handler as a worker would, without one: the payload is parsed by the job's schema, the context keeps
 * what the API would keep in memory, the folder is removed afterwards. Rejects with what the handler threw.
 */
export async function runJob<Payload extends z.ZodType>(
  definition: JobDefinition<Payload>,
  payload: z.input<Payload>,
  {
    job = {},
    api = {},
    platform = {},
    http = {},
    circuit = 'closed',
    store = createMemoryStore(),
    signal = new AbortController().signal,
  }: RunOverrides = {},
): Promise<RunRecord> {
  const progress: RunRecord['progress'][number][] = [];
  const logs: Record<string, unknown>[] = [];
  const metrics: RecordedMetric[] = [];
  const children: RecordedChild[] = [];
  const folders: string[] = [];
  const id = job.id ?? randomUUID();
  const write = (line: string) => {
    const parsed: unknown = JSON.parse(line);
    logs.push({ ...(typeof parsed === 'object' ? parsed : {}) });
  };
  const context: JobContext = {
    job: {
      ...{ id, queue: definition.queue, name: definition.name, attempt: 1, enqueuedAt: new Date() },
      maxAttempts: definition.maxAttempts,
      ...job,
    },
    api: { ...refusing(), ...api },
    platform: memoryPlatform(platform),
    http: { ...unanswered(), ...http },
    circuit: memoryCircuit(definition, circuit, signal),
    enqueue: async ({ name }, given, options = {}) => {
      const known = options.key !== undefined && children.some((child) => child.options.key === options.key);
      if (!known) children.push({ name, payload: given, options });
      return { id: randomUUID(), queue: definition.queue, name, state: 'created' };
    },
    signal,
    log: createLogger({ name: definition.name, level: 'trace', destination: { write } }),
    ...memoryFacilities(store, id, signal, metrics),
    progress: (percent, message) => {
      progress.push({ percent, ...(message === undefined ? {} : { message }) });
    },
    async workdir() {
      if (folders[0] === undefined) folders.push(await mkdtemp(join(tmpdir(), 'powernode-job-')));
      return folders[0] ?? '';
    },
  };
  try {
    const returned = await definition.execute(context, parsePayload(definition, payload));
    return { progress, logs, metrics, children, output: outputOf(returned) };
  } finally {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  }
}

function outputOf(returned: JobOutput): JobOutput {
  const output = returned === undefined ? undefined : toJsonValue(returned, 'output');
  return typeof output === 'object' && output !== null ? { ...output } : undefined;
}

function unanswered(): JobHttp {
  const refuse = async (where: string): Promise<never> => {
    throw new Error(`expected the test to answer ${where}: give an http to runJob`);
  };
  return { send: ({ url }) => refuse(url), addressesOf: refuse };
}

function refusing(): JobApi {
  const refuse = (verb: string) => async (path: string) => {
    throw new Error(`expected the test to answer ${verb} ${path}: give an api to runJob`);
  };
  return {
    get: refuse('get'),
    post: refuse('post'),
    put: refuse('put'),
    patch: refuse('patch'),
    download: refuse('download'),
    upload: refuse('upload'),
  };
}
