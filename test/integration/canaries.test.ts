import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES } from '../../src/contract/routes/index.ts';
import { createLogger } from '../../src/process/logger.ts';
import { createWebService, readWebEnv } from '../../src/web/index.ts';
import { type Api, startApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { createVisitor, type Visitor } from '../web/support/visitor.ts';
import { callerAs, expectData } from '../wire/support/client.ts';
import { until } from '../wire/support/until.ts';
import { quarters } from '../support/media/pictures.ts';
import { descendants } from './support/descendants.ts';
import { uploadFile } from './support/uploads.ts';
import { onlyWhere } from '../support/only-where.ts';

const ROOT = join(import.meta.dirname, '../..');
const canary = (what: string) => `CANARY-${what}-${randomBytes(16).toString('hex')}`;
const SECRETS = {
  service: canary('service-token'),
  database: canary('database').replaceAll('-', '_'),
  operator: canary('operator-password'),
  guessed: canary('guessed-password'),
  metrics: canary('metrics-token'),
  payload: canary('payload-password'),
  bearer: canary('payload-token'),
};
const role = `canary_${randomBytes(6).toString('hex')}`;

let database: TestDatabase;
let api: Api;
let worker: ChildProcess;
let workDir: string;
let web: ReturnType<typeof createWebService>;
let webUrl: string;
let told = '';
const seen: [string, string][] = [];
const note = (where: string, text: string) => void seen.push([where, text]);

async function asAdmin(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(sql);
  await client.end();
}

beforeAll(async () => {
  database = await createDatabase();
  await asAdmin(`CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD '${SECRETS.database}'`);
  const url = new URL(database.url);
  [url.username, url.password] = [role, SECRETS.database];
  const jobs = join(import.meta.dirname, 'support/canary-jobs.ts');
  const shared = {
    WORKER_SERVICE_TOKEN: SECRETS.service,
    METRICS_TOKEN: SECRETS.metrics,
    LOG_LEVEL: 'debug',
    WORKER_JOBS: jobs,
  };
  api = await startApi({
    databaseUrl: url.href,
    env: { ...shared, DASHBOARD_EMAIL: 'admin@example.org', DASHBOARD_PASSWORD: SECRETS.operator },
  });
  workDir = await mkdtemp(join(tmpdir(), 'canaries-'));
  worker = spawn(process.execPath, ['src/worker/main.ts'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...{ PATH: process.env['PATH'] ?? '', ...shared, BACKEND_API_URL: api.url, WORK_DIR: workDir },
      ...{ WORKER_ID: 'careful', WORKER_ROLE: 'runtime' },
    },
  });
  for (const stream of [worker.stdout, worker.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (told += text));
  web = createWebService({
    env: readWebEnv({
      ...{ WEB_PORT: '0', BACKEND_API_URL: api.url, WORKER_ID: 'web' },
      ...{ WORKER_SERVICE_TOKEN: SECRETS.service, METRICS_TOKEN: SECRETS.metrics },
    }),
    log: createLogger({ name: 'web', level: 'debug', destination: { write: (line) => (told += line) } }),
  });
  await web.start();
  webUrl = `http://127.0.0.1:${web.port()}`;
  const operator = callerAs(api, 'operator', 'o');
  await until(
    `the worker, which said ${told}`,
    30_000,
    async () => (await operator.get('/workers/careful')).status === 200,
  );
}, 90_000);

afterAll(async () => {
  const ended = once(worker, 'exit');
  worker.kill('SIGTERM');
  await ended;
  await web.stop();
  await api.stop();
  await asAdmin(`DROP OWNED BY ${role} CASCADE`).catch(() => undefined);
  await database.drop();
  await rm(workDir, { recursive: true, force: true });
});

/** Everything that was seen so far and has one of these in it. */
function leaks(secrets: readonly string[]): string[] {
  return seen.flatMap(([where, text]) =>
    secrets.filter((secret) => text.includes(secret)).map((secret) => `${where}: …${around(text, secret)}…`),
  );
}

function around(text: string, secret: string): string {
  const at = text.indexOf(secret);
  return text.slice(Math.max(0, at - 80), at + 60);
}

describe('secrets that were planted', { timeout: 120_000 }, () => {
  it('stand nowhere: not in logs, refusals, pages, views, metrics and health', async () => {
    const producer = callerAs(api, 'producer', 'shop');
    const payload = { password: SECRETS.payload, token: SECRETS.bearer, deep: [{ api_key: SECRETS.payload }] };
    const ids: string[] = [];
    for (const name of ['canary.careless', 'canary.returning']) {
      const { id } = expectData(await producer.post('/jobs', { name, payload }), 201);
      ids.push(id);
      await until(`the end of ${name}`, 30_000, async () => {
        const { state } = expectData(await producer.get(`/jobs/services/${id}`), 200).job;
        return state === 'failed' || state === 'completed';
      });
    }
    await refusals(payload);
    await views(ids);
    await pages(ids);
    note('the output of the api', api.output());
    note('the output of the worker', told);
    expect(told).toContain('canary.careless');
    expect(seen.length).toBeGreaterThan(40);
    expect(leaks(Object.values(SECRETS))).toEqual([]);
  });

  it.runIf(onlyWhere(process.platform === 'linux', 'what needs the processes of Linux'))(
    'are in no command line, and in no environment that has no need of them',
    async () => {
      const picture = await quarters(300, 300).jpeg().toBuffer();
      const { file } = await uploadFile(api, 'a.jpg', new Uint8Array(picture));
      await until('the picture', 60_000, async () => {
        const answer = await callerAs(api, 'producer', 'shop').get(`/files/${file.id}`);
        return answer.data.file.processing_status === 'completed';
      });
      const below = await descendants(worker.pid ?? 0);
      // exiftool stays for the next picture: a program of somebody else's, which reads what strangers upload.
      expect(below.length).toBeGreaterThan(0);
      const all = Object.values(SECRETS);
      for (const pid of [worker.pid ?? 0, api.child.pid ?? 0, ...below]) {
        const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
        expect(
          all.filter((secret) => line.includes(secret)),
          line,
        ).toEqual([]);
      }
      const own = await readFile(`/proc/${worker.pid ?? 0}/environ`, 'utf8');
      expect([SECRETS.database, SECRETS.operator].filter((secret) => own.includes(secret))).toEqual([]);
      expect(own).toContain(SECRETS.service);
      for (const pid of below) {
        const [environment, line] = await Promise.all(
          ['environ', 'cmdline'].map((what) => readFile(`/proc/${pid}/${what}`, 'utf8').catch(() => '')),
        );
        expect(
          all.filter((secret) => environment?.includes(secret)),
          line,
        ).toEqual([]);
      }
    },
  );
});

/** What is answered to those who are wrong, with a secret in what they sent. */
async function refusals(payload: object): Promise<void> {
  const credentials = { email: 'admin@example.org', password: SECRETS.guessed };
  const requests: [string, RequestInit][] = [
    ['/jobs', { headers: { authorization: `Bearer ${SECRETS.bearer}` } }],
    [
      '/jobs',
      { method: 'POST', headers: { authorization: `Bearer ${SECRETS.service}`, cookie: SECRETS.payload }, body: '{' },
    ],
    [`/workers?token=${SECRETS.bearer}`, {}],
  ];
  for (const [path, init] of requests)
    note(`refusal of ${path}`, await (await fetch(`${api.url}/api/v1${path}`, init)).text());
  note(
    'a wrong password',
    (await callerAs(api, 'worker', 'web').post('/worker_auth/authenticate_user', credentials)).text,
  );
  const wrong = await callerAs(api, 'producer', 'p').post('/jobs', {
    name: 'canary.careless',
    payload: { ...payload, password: 1 },
  });
  note('a wrong payload', wrong.text);
  const visitor = createVisitor(webUrl);
  note('a wrong sign-in', await (await visitor.signIn('admin@example.org', SECRETS.guessed)).text());
  note(
    'a wrong cookie',
    await (await visitor.ask('/overview', { headers: { cookie: `powernode_session=${SECRETS.bearer}` } })).text(),
  );
}

/** Every route that an operator may read, and both processes' own words about themselves. */
async function views(ids: readonly string[]): Promise<void> {
  const operator = callerAs(api, 'operator', 'o', { role: 'admin' });
  for (const route of ROUTES.filter(({ method, access }) => method === 'get' && access.includes('operator'))) {
    for (const id of ids) {
      const path = route.path
        .replace('{queue}', 'services')
        .replace('{id}', id)
        .replace(/\{\w+\}/g, 'services');
      const answer = await operator.ask('GET', path, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
      if (answer !== undefined) note(`GET ${path}`, answer.text);
    }
  }
  const scraper = { authorization: `Bearer ${SECRETS.metrics}` };
  for (const url of [api.url, webUrl])
    for (const path of ['/health', '/health/ready', '/health/detailed', '/metrics'])
      note(`${url}${path}`, await (await fetch(`${url}${path}`, { headers: scraper })).text());
}

/** Every page that the navigation and the jobs lead to. */
async function pages(ids: readonly string[]): Promise<void> {
  const visitor = createVisitor(webUrl);
  expect((await visitor.signIn('admin@example.org', SECRETS.operator)).status).toBe(303);
  const paths = new Set(['/overview', '/jobs', '/workers', ...ids.map((id) => `/jobs/services/${id}`)]);
  for (const path of paths) {
    const page = await textOf(visitor, path);
    note(`page ${path}`, page);
    if (paths.size < 60)
      for (const [, link] of page.matchAll(/href="(\/[a-z-]+(?:\/[^"#]*)?)"/g))
        if (link !== undefined && !link.startsWith('/assets')) paths.add(link.replaceAll('&amp;', '&'));
  }
  expect(paths.size).toBeGreaterThan(8);
}

async function textOf(visitor: Visitor, path: string): Promise<string> {
  const answer = await visitor.ask(path, { signal: AbortSignal.timeout(3_000) }).catch(() => undefined);
  return answer?.headers.get('content-type')?.includes('event-stream') === true ? '' : ((await answer?.text()) ?? '');
}
