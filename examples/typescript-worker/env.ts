// What the worker reads of its environment.
import { hostname } from 'node:os';

const { BACKEND_API_URL, WORKER_SERVICE_TOKEN, WORKER_ID, WORKER_QUEUES, WORKER_CONCURRENCY, DRAIN_SECONDS } =
  process.env;
export const api = BACKEND_API_URL ?? 'http://127.0.0.1:3000';
export const secret = WORKER_SERVICE_TOKEN ?? '';
export const id = WORKER_ID ?? `ts-${hostname()}-${process.pid}`;
export const queues = (WORKER_QUEUES ?? 'file_processing').split(',');
export const slots = Number(WORKER_CONCURRENCY ?? 5);
export const drainMs = Number(DRAIN_SECONDS ?? 25) * 1000;
