import { mintServiceToken, type ServiceIdentity } from '../src/process/service-token.ts';

export type Target = { readonly url: string; readonly secret: string };

/** Things that are there, so that requests get past the first check, and a token of each kind. */
export type Known = { readonly names: Readonly<Record<string, string>>; readonly tokens: Tokens };
/** A token of each kind that the document names. */
export type Tokens = Readonly<Record<string, string>>;

/** Puts a worker, a running file job and a file into the target. Done anew now and then, because requests end what is there. */
export async function makeKnown(target: Target): Promise<Known> {
  const token = (identity: ServiceIdentity) => mintServiceToken(target.secret, identity);
  const worker = await token({ type: 'worker', sub: 'fuzzed' });
  const producer = await token({ type: 'producer', sub: 'fuzzer' });
  const queues = ['file_processing', 'default'];
  await ask(target, worker, 'POST', '/workers/register', {
    ...{ hostname: 'h', pid: 1, version: '1.0.0', protocol: 1, queues, concurrency: 50 },
  });
  const form = new FormData();
  form.set('file', new Blob(['text'], { type: 'application/pdf' }), 'a.pdf');
  const { file, processing_jobs: planned } = await ask(target, producer, 'POST', '/files/upload', form);
  const claimed = await ask(target, worker, 'POST', '/workers/fuzzed/claim', { limit: 1, waitSeconds: 2 });
  const job = claimed?.jobs?.[0] ?? {};
  return {
    names: {
      id: String(job.id),
      jobId: String(job.id),
      lease: String(job.lease),
      queue: 'file_processing',
      queues: 'file_processing',
      name: 'files.thumbnail',
      'workers.id': 'fuzzed',
      'files.id': String(file?.id),
      'worker.id': String(planned?.[0]?.id ?? file?.id),
      'admin.name': 'file_processing',
      key: 'k',
    },
    tokens: {
      worker,
      producer,
      attempt: String(job.token),
      operator: await token({ type: 'operator', sub: 'fuzzer', role: 'admin' }),
      scraper: await token({ type: 'scraper', sub: 'fuzzer' }),
    },
  };
}

async function ask({ url }: Target, token: string, method: string, path: string, body: unknown): Promise<any> {
  const isForm = body instanceof FormData;
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(isForm ? {} : { 'content-type': 'application/json' }) },
    body: isForm ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text).data;
}
