import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SignJWT } from 'jose';
import type { ShopEnv } from './env.ts';

export type Photo = { fileId: string; processingJobId: string };
export type Seen = { state: string; output?: unknown; attempts: readonly { workerId: string }[] };

const TELL_AFTER_MS = 3_000;

/** What the shop asks of the API over HTTP: bytes go there, and the outcome of a job is read there. */
export function createBridge({ apiUrl, serviceToken, deadlineSeconds }: ShopEnv) {
  async function call(path: string, init: RequestInit = {}): Promise<any> {
    const headers = { authorization: `Bearer ${await token(serviceToken)}` };
    const response = await fetch(`${apiUrl}/api/v1${path}`, { ...init, headers });
    const body: any = await response.json();
    if (!response.ok) throw new Error(`${path}: expected success, got ${response.status} ${body.code}: ${body.error}`);
    return body.data;
  }

  /** Asks until the answer is there. */
  async function until<Found>(what: string, ask: () => Promise<Found | undefined>): Promise<Found> {
    const askedAt = Date.now();
    let told = false;
    for (;;) {
      const found = await ask();
      if (found !== undefined) return found;
      const waitedMs = Date.now() - askedAt;
      if (waitedMs > deadlineSeconds * 1000)
        throw new Error(`expected ${what} within ${deadlineSeconds} s, got nothing: does a worker run?`);
      if (waitedMs > TELL_AFTER_MS && !told) {
        told = true;
        console.log(
          `still waiting for ${what}: nobody has done it yet; does a worker run (npm start, or npm run worker)?`,
        );
      }
      await sleep(100);
    }
  }

  return {
    /** Gives the photo when the jobs that the upload itself has started are done. */
    async upload(path: string): Promise<Photo> {
      const form = new FormData();
      form.append('file', new Blob([new Uint8Array(await readFile(path))]), basename(path));
      const { file, processing_jobs: jobs } = await call('/files/upload', { method: 'POST', body: form });
      await until('thumbnails', async () => {
        const { file: now } = await call(`/files/${file.id}`);
        return now.processing_status === 'completed' ? true : undefined;
      });
      return { fileId: file.id, processingJobId: jobs.find((job: any) => job.job_type === 'thumbnail').id };
    },
    outcome: (queue: string, id: string): Promise<Seen> =>
      until('the end of the job', async () => {
        const { job } = await call(`/jobs/${queue}/${id}`);
        return ['completed', 'failed', 'cancelled'].includes(job.state) ? job : undefined;
      }),
  };
}

/** A producer's token: five minutes, signed with the secret that the API knows. */
async function token(secret: string): Promise<string> {
  return await new SignJWT({ type: 'producer' })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('print-shop')
    .setIssuer('powernode-platform')
    .setAudience('powernode-api')
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode(secret));
}
