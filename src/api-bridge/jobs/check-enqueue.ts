import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Catalogue } from '../../contract/catalogue/index.ts';
import type { JobDeclaration } from '../../contract/catalogue/declare-job.ts';
import { keyOfPayload, type PayloadKey } from '../../contract/catalogue/payload-key.ts';
import { describeIssue } from '../../contract/describe-issue.ts';
import type { FieldError } from '../../contract/error.ts';
import { enqueueRequest, seedEnqueueRequest, type EnqueueRequest } from '../../contract/job.ts';
import { LIMITS } from '../../contract/limits.ts';
import { textFault } from '../../contract/text.ts';
import { BridgeError } from '../http/bridge-error.ts';
import { checkInput, fieldErrors } from '../http/check-input.ts';
import { newJobId, type ReadyJob } from '../queue/new-job.ts';

/** A request whose name is known and whose payload its schema takes. */
export type Checked = { readonly request: EnqueueRequest; readonly declaration: JobDeclaration };

/** Checks one job; every fault is thrown with its path, below `where` when the job is one of many. */
export function checkEnqueue(catalogue: Catalogue, value: unknown, where = ''): Checked {
  const request = checkInput(enqueueRequest, value, where);
  const below = (path: string) => (where === '' ? path : `${where}.${path}`);
  const declaration = catalogue.find(request.name);
  if (declaration === undefined) throw unknownJob(below('name'), request.name);
  assertPayload(declaration, request.payload, below('payload'));
  if (request.runAt !== undefined && Date.parse(request.runAt) > Date.now() + LIMITS.delaySeconds * 1000) {
    const message = 'expected a time at most 366 days ahead, got a later one';
    throw new BridgeError('validation_failed', `runAt: ${message}`, { errors: [{ path: below('runAt'), message }] });
  }
  return { request, declaration };
}

/** Checks many; all faults of all jobs are told together, each path starting with the job's index. */
export function checkBatch(catalogue: Catalogue, values: readonly unknown[]): Checked[] {
  const faults: FieldError[] = [];
  const checked = values.flatMap((value, index) => {
    try {
      return [checkEnqueue(catalogue, value, `jobs.${String(index)}`)];
    } catch (error) {
      if (!(error instanceof BridgeError) || error.errors === undefined) throw error;
      faults.push(...error.errors);
      return [];
    }
  });
  const first = faults[0];
  if (first === undefined) return checked;
  throw new BridgeError('validation_failed', `${first.path}: ${first.message}`, { errors: faults.slice(0, 100) });
}

/** Understands the seed system's form: a class name, positional arguments, `delay` or `at`. */
export function checkSeedEnqueue(catalogue: Catalogue, value: unknown): Checked & { readonly delay: number | null } {
  const request = checkInput(seedEnqueueRequest, value);
  const declaration = catalogue.findByClass(request.job_class);
  if (declaration === undefined) throw unknownJob('job_class', request.job_class);
  const names = declaration.seed?.args ?? [];
  const payload = Object.fromEntries(names.map((name, index) => [name, request.args[index]] as const));
  assertPayload(declaration, payload, 'args', (path) => path.replace(names[0] ?? '', '0'));
  const delay = seedDelay(request.delay, request.at);
  const queue = request.queue === undefined ? {} : { queue: request.queue };
  const delaySeconds = delay === null ? {} : { delaySeconds: delay };
  return { request: { name: declaration.name, payload, ...queue, ...delaySeconds }, declaration, delay };
}

/** The job that will be written, once it is known who enqueues it. What the request says counts more than the definition. */
export function toReadyJob({ request, declaration }: Checked, producer: string): ReadyJob {
  const { name, payload, queue, runAt, delaySeconds, maxAttempts, traceparent } = request;
  const startAfter = runAt === undefined ? delaySeconds : new Date(runAt);
  const priority = request.priority ?? declaration.priority;
  const singletonKey = request.singletonKey ?? keyOf(declaration.singletonKey, payload);
  const group = request.group ?? keyOf(declaration.group, payload);
  return {
    id: newJobId(),
    queue: queue ?? declaration.queue,
    declaration,
    envelope: { name, payload, meta: { producer, ...(traceparent === undefined ? {} : { traceparent }) } },
    ...(startAfter === undefined ? {} : { startAfter }),
    ...(priority === undefined ? {} : { priority }),
    ...(maxAttempts === undefined ? {} : { maxAttempts }),
    ...(singletonKey === undefined ? {} : { singletonKey }),
    ...(group === undefined ? {} : { group }),
  };
}

const LONGEST_KEY = 255;

/** A key out of the payload; one that is too long to be stored is told apart by its hash. */
function keyOf(key: PayloadKey | undefined, payload: unknown): string | undefined {
  const value = key === undefined ? undefined : keyOfPayload(key, payload);
  if (value === undefined || (value.length <= LONGEST_KEY && textFault(value) === undefined)) return value;
  return createHash('sha256').update(value).digest('hex');
}

function assertPayload(
  declaration: JobDeclaration,
  payload: unknown,
  where: string,
  rename = (path: string) => path,
): void {
  const parsed = declaration.payload.safeParse(payload, { error: describeIssue });
  if (parsed.success) return;
  const errors = fieldErrors(parsed.error, where).map((fault) => ({ ...fault, path: rename(fault.path) }));
  const first = errors[0];
  throw new BridgeError('validation_failed', `${first?.path ?? where}: ${first?.message ?? 'refused'}`, { errors });
}

function unknownJob(path: string, name: string): BridgeError {
  const message = `expected the name of a known job, got ${JSON.stringify(name.slice(0, 100))}`;
  return new BridgeError('unknown_job', `${path}: ${message}`, { errors: [{ path, message }] });
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const withinLimits = z.number().min(0).max(LIMITS.delaySeconds);

/** Seconds from now out of `delay` (number, digits, or N with s, m, h, d) or `at` (epoch seconds or ISO 8601). */
function seedDelay(delay: number | string | undefined, at: number | string | undefined): number | null {
  if (delay !== undefined) return checkInput(withinLimits, delayOf(delay), 'delay');
  if (at === undefined) return null;
  const epochMs = typeof at === 'number' ? at * 1000 : /^\d+(\.\d+)?$/.test(at) ? Number(at) * 1000 : Date.parse(at);
  return checkInput(withinLimits, Math.max(0, (epochMs - Date.now()) / 1000), 'at');
}

function delayOf(delay: number | string): number {
  if (typeof delay === 'number') return delay;
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(delay.trim()) ?? [];
  return amount === undefined ? Number.NaN : Number(amount) * (UNIT_SECONDS[unit ?? ''] ?? 1);
}
