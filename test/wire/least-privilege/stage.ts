import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import type { Api } from '../../support/api.ts';
import { type Claimed, createProducer, createWorker, type TestWorker } from '../support/actors.ts';
import { callerAs, expectData } from '../support/client.ts';
import { mint } from '../support/token.ts';
import type { Holder } from './grants.ts';
import { hashPassword } from '../../../src/api-bridge/operators/password.ts';

/** Whoever asks: what kind of token it is, and why it is outside every grant when it is. */
export type Bearer = { who: string; kind: Holder | 'nobody'; token: string | undefined };

export type Stage = {
  worker: TestWorker;
  file: { id: string; processingJobId: string; job: Claimed };
  other: { id: string; processingJobId: string; job: Claimed };
  plain: Claimed;
  parent: Claimed;
  bearers: Bearer[];
};

const ROLES = ['viewer', 'operator', 'admin'] as const;
const PASSWORD = 'a long enough password';

/** Workers, files, running and ended attempts, people of every role: and every kind of token around them. */
export async function setStage(api: Api): Promise<Stage> {
  const worker = await createWorker(api, ['file_processing', 'reports']);
  const [file, other] = [await fileJob(api, worker), await fileJob(api, worker)];
  const plain = await plainJob(api, worker);
  const parent = await plainJob(api, worker, 'spawn.self');
  const settled = await plainJob(api, worker);
  await worker.complete(settled);
  const now = Math.floor(Date.now() / 1000);
  const foreign = randomBytes(32).toString('hex');
  const types = ['worker', 'producer', 'operator', 'scraper'] as const;
  const subOf = (type: string) => (type === 'worker' ? worker.id : 'somebody');
  const nobody = (who: string, token?: string): Bearer => ({ who, kind: 'nobody', token });
  return {
    worker,
    file,
    other,
    plain,
    parent,
    bearers: [
      nobody('no token'),
      nobody('nonsense', 'x.y.z'),
      ...types.flatMap((type) => [
        nobody(
          `an expired ${type}`,
          mint(api.secret, type, subOf(type), { iat: now - 290, exp: now - 10, role: 'admin' }),
        ),
        nobody(`a ${type} for another audience`, mint(api.secret, type, subOf(type), { aud: 'bridge', role: 'admin' })),
        nobody(`a ${type} of a foreign secret`, mint(foreign, type, subOf(type), { role: 'admin' })),
      ]),
      { who: 'the worker', kind: 'worker', token: mint(api.secret, 'worker', worker.id) },
      { who: 'a producer', kind: 'producer', token: mint(api.secret, 'producer', 'somebody') },
      { who: 'a scraper', kind: 'scraper', token: mint(api.secret, 'scraper', 'somebody') },
      ...ROLES.map((role) => ({
        who: `a service as ${role}`,
        kind: role,
        token: mint(api.secret, 'operator', 's', { role }),
      })),
      ...(await people(api)),
      { who: 'the attempt', kind: 'files', token: file.job.token },
      { who: 'an attempt without a grant', kind: 'attempt', token: plain.token },
      { who: 'an attempt that may enqueue', kind: 'children', token: parent.token },
      nobody('a settled attempt', settled.token),
      nobody('an attempt with a lease as its token', file.job.lease),
      nobody('an attempt whose token was changed', `${file.job.token.slice(0, -2)}AA`),
    ],
  };
}

/** What the API of the matrix is started with: leases that outlast it, and a job that may enqueue others. */
export const STAGE_ENV = {
  LEASE_SECONDS: '600',
  CONFIRM_SECONDS: '60',
  WORKER_JOBS: join(import.meta.dirname, '../support/spawning-jobs.ts'),
};

/** A claimed job, unless it says so without a grant. */
export async function plainJob(api: Api, worker: TestWorker, name = 'ai.trust_decay'): Promise<Claimed> {
  await createProducer(api).enqueue('reports', { name, payload: {} });
  return await worker.claimOne('reports');
}

async function fileJob(api: Api, worker: TestWorker) {
  const form = new FormData();
  form.set('file', new Blob([`text ${randomUUID()}`], { type: 'application/pdf' }), 'a.pdf');
  const made = expectData(await callerAs(api, 'producer', 'p').ask('POST', '/files/upload', { form }), 201);
  const job = await worker.claimOne('file_processing');
  return { id: String(made.file.id), processingJobId: String(job.payload.processing_job_id), job };
}

/** People who signed in as people do, one of each role. */
async function people(api: Api): Promise<Bearer[]> {
  const client = new pg.Client(api.databaseUrl);
  await client.connect();
  const hash = await hashPassword(PASSWORD);
  const signedIn: Bearer[] = [];
  for (const role of ROLES) {
    const email = `${role}-${randomUUID()}@example.org`;
    await client.query('INSERT INTO worker_api.operator (id, email, password_hash, role) VALUES ($1, $2, $3, $4)', [
      ...[randomUUID(), email, hash, role],
    ]);
    const answer = await callerAs(api, 'worker', 'web').post('/worker_auth/authenticate_user', {
      email,
      password: PASSWORD,
    });
    signedIn.push({ who: `a person as ${role}`, kind: role, token: expectData(answer, 200).session_token });
  }
  await client.end();
  return signedIn;
}

/** Everything that a refused request must not change, in one text each table. */
export async function footprint(api: Api): Promise<Record<string, string>> {
  const client = new pg.Client(api.databaseUrl);
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
      WHERE schemaname = 'worker_api' AND tablename !~ '^(worker|audit.*|operator_session|sign_in.*|metric.*|rollup.*|.*_rollup)$'`,
  );
  const prints: Record<string, string> = {};
  for (const name of ['pgboss.job', ...rows.map((row) => row.name)]) {
    const ignored = name === 'pgboss.job' ? " - 'heartbeat_on'" : '';
    const found = await client.query<{ print: string }>(
      `SELECT count(*) || ' ' || coalesce(md5(string_agg((to_jsonb(t)${ignored})::text, '' ORDER BY to_jsonb(t)::text)), '') AS print FROM ${name} t`,
    );
    prints[name] = found.rows[0]?.print ?? '';
  }
  await client.end();
  return prints;
}
