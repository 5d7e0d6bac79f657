import type { EnqueueChild } from './children.ts';
import type { PlatformClients } from './clients/create-clients.ts';
import type { JobHttp } from './clients/job-http.ts';
import type { Logger } from '../process/logger.ts';
import type { JobCircuit, JobIdempotency, JobLock, JobMetrics, JobStep, RecordedStep } from './facilities.ts';

/** Facts about the attempt that runs. */
export type AttemptFacts = {
  readonly id: string;
  readonly queue: string;
  readonly name: string;
  /** From 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly enqueuedAt: Date;
  readonly traceparent?: string;
};

/** The API's data plane, opened by the attempt's own token. Paths are below /api/v1; answers are unwrapped. */
export type JobApi = {
  get(path: string): Promise<unknown>;
  post(path: string, body: unknown): Promise<unknown>;
  put(path: string, body: unknown): Promise<unknown>;
  patch(path: string, body: unknown): Promise<unknown>;
  /** Streams an answer into a new file and gives its size in bytes; a broken stream leaves no file behind. */
  download(path: string, toFile: string): Promise<number>;
  /** Streams a file as the body of a PUT and gives the unwrapped answer. */
  upload(path: string, fromFile: string, options: UploadOptions): Promise<unknown>;
};

export type UploadOptions = {
  readonly contentType: string;
  readonly query: Readonly<Record<string, string>>;
};

/** What every handler gets. */
export type JobContext = {
  readonly job: AttemptFacts;
  readonly api: JobApi;
  /** The backend application, whose calls end with the attempt and wait behind its circuits. */
  readonly platform: PlatformClients;
  /** For destinations that come from data: webhooks, addresses in a payload. Guarded, and ends with the attempt. */
  readonly http: JobHttp;
  /** Aborts on cancel, timeout, a lost lease and the end of the drain; its reason says which. */
  readonly signal: AbortSignal;
  /** Bound with the job, its attempt and its trace; the last lines of each attempt are kept with the job. */
  readonly log: Logger;
  /** Enqueues a job of this one's family; needs the grant `children`. */
  readonly enqueue: EnqueueChild;
  readonly idempotency: JobIdempotency;
  readonly lock: JobLock;
  readonly circuit: JobCircuit;
  readonly step: JobStep;
  /** What any attempt of this job has recorded, oldest first. */
  steps(): Promise<readonly RecordedStep[]>;
  readonly metrics: JobMetrics;
  /** Latest wins; sent with the next heartbeat. Never throws. */
  progress(percent: number, message?: string): void;
  /** A folder of this attempt's own, made at the first call and removed when the attempt ends, however it ends. */
  workdir(): Promise<string>;
};
