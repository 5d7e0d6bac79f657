import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { hashPassword } from '../../src/api-bridge/operators/password.ts';
import { SECRET } from '../support/bridge.ts';
import { startChild, stopChild } from '../support/children.ts';
import { freePort } from '../support/free-port.ts';
import { empty, openBoss } from '../support/load.ts';
import { boundRow, percentile, rateRow, type Row } from '../support/result.ts';
import { copyJobs } from '../support/rows.ts';
import type { Stage } from '../support/stage.ts';
import { createThinClient } from '../support/thin-client.ts';

const VIEWERS = 20;
const LOOKS = 15;
/** Somebody looks, reads, looks again. */
const READS_MS = 500;
const CLAIMS_MS = 6_000;
const WORK = 'notifications';
const PAGES = [
  '/overview',
  '/jobs',
  '/jobs?q=state:ready',
  '/jobs?q=queue:reports',
  '/queues',
  '/workers',
  '/failures',
  '/dead',
  '/schedules',
  '/limits',
  '/audit',
] as const;

/**
 * Pages of the built dashboard over a large job table, each by one person and then by twenty at once; and what twenty people
 * who look cost the claims.
 */
async function dashboard(stage: Stage): Promise<Row[]> {
  const boss = await openBoss(stage.databaseUrl);
  await empty(boss);
  const jobs = stage.isFull ? 1_000_000 : 200_000;
  await copyJobs(boss, { queue: 'reports', jobs: jobs / 2 });
  await copyJobs(boss, { queue: 'reports', jobs: jobs / 2, finished: true });
  await boss.getDb().executeSql('VACUUM ANALYZE pgboss.job_common');
  const person = await addPerson(stage.databaseUrl);
  const web = await startWeb(stage.bridge.url);
  try {
    const cookie = await signIn(web.url, person);
    const named = `dashboard ${(jobs / 1000).toFixed(0)}k`;
    const rows: Row[] = [];
    for (const path of PAGES) {
      await look(web.url, cookie, path);
      const times: number[] = [];
      for (let n = 0; n < LOOKS; n += 1) times.push(await look(web.url, cookie, path));
      rows.push(boundRow({ scenario: named, metric: `${path}, p95 ms`, target: 150 }, [percentile(times, 0.95)]));
    }
    const crowd = await Promise.all(Array.from({ length: VIEWERS }, (_, n) => browse(web.url, cookie, n)));
    const metric = `${VIEWERS} viewers, p95 ms`;
    rows.push(boundRow({ scenario: named, metric, target: 150 }, [percentile(crowd.flat(), 0.95)]));
    rows.push(
      await costOfViewers(
        stage,
        () => browseUntil(web.url, cookie),
        () => copyJobs(boss, { queue: WORK, jobs: 100_000 }),
      ),
    );
    return rows;
  } finally {
    await web.stop();
    await boss.stop({ graceful: false });
  }
}

/** Claims and settles a second while nobody looks and while twenty do, in turns. */
async function costOfViewers(
  stage: Stage,
  watch: () => { stop(): Promise<void> },
  refill: () => Promise<void>,
): Promise<Row> {
  const client = await createThinClient(stage.bridge.url, 8, 'bench-watched');
  const [alone, watched]: [number[], number[]] = [[], []];
  for (let round = 0; round <= stage.rounds; round += 1) {
    for (const rates of round % 2 === 0 ? [alone, watched] : [watched, alone]) {
      await refill();
      const crowd = rates === watched ? watch() : undefined;
      const rate = await claimRate(client);
      await crowd?.stop();
      // The first round warms up.
      if (round > 0) rates.push(rate);
    }
  }
  await client.close();
  return rateRow(
    { scenario: 'dashboard', metric: `jobs/s beside ${VIEWERS} viewers`, peerName: 'nobody looks', target: 0.99 },
    watched,
    alone,
  );
}

async function claimRate(client: Awaited<ReturnType<typeof createThinClient>>): Promise<number> {
  const startedAt = performance.now();
  let done = 0;
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      while (performance.now() - startedAt < CLAIMS_MS) {
        const claimed = await client.claim(50, 0, [WORK]);
        if (claimed.length === 0) return;
        await client.settle(claimed);
        done += claimed.length;
      }
    }),
  );
  return (done * 1000) / (performance.now() - startedAt);
}

async function browse(url: string, cookie: string, first: number): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < LOOKS; n += 1) {
    times.push(await look(url, cookie, PAGES[(first + n) % PAGES.length] ?? '/overview'));
    await pause(READS_MS * (0.5 + Math.random()));
  }
  return times;
}

function browseUntil(url: string, cookie: string): { stop(): Promise<void> } {
  let stopped = false;
  const viewers = Array.from({ length: VIEWERS }, async (_, first) => {
    for (let n = first; !stopped; n += 1) {
      await look(url, cookie, PAGES[n % PAGES.length] ?? '/overview');
      // As often as an open page renews itself.
      await pause(2_000 * (0.5 + Math.random()));
    }
  });
  return {
    async stop() {
      stopped = true;
      await Promise.all(viewers);
    },
  };
}

async function look(url: string, cookie: string, path: string): Promise<number> {
  const startedAt = performance.now();
  const answer = await fetch(`${url}${path}`, { headers: { cookie }, redirect: 'manual' });
  const page = await answer.text();
  const title = /<h1[^>]*>([^<]*)/.exec(page)?.[1] ?? '';
  if (answer.status !== 200)
    throw new Error(`expected ${path}, got ${answer.status} ${title} ${/<p>([^<]*)/.exec(page)?.[1] ?? ''}`);
  return performance.now() - startedAt;
}

type Person = { readonly email: string; readonly password: string };

async function addPerson(databaseUrl: string): Promise<Person> {
  const person = { email: `viewer-${randomUUID()}@example.org`, password: randomUUID() };
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(
    `INSERT INTO worker_api.operator (id, email, password_hash, role, sees_payloads)
     VALUES (gen_random_uuid(), $1, $2, 'admin', true)`,
    [person.email, await hashPassword(person.password)],
  );
  await client.end();
  return person;
}

async function signIn(url: string, person: Person): Promise<string> {
  const answer = await fetch(`${url}/signin`, {
    method: 'POST',
    body: new URLSearchParams(person),
    headers: { 'sec-fetch-site': 'same-origin' },
    redirect: 'manual',
  });
  const cookie = answer.headers.getSetCookie().find((each) => each.startsWith('powernode_session='));
  if (cookie === undefined) throw new Error(`expected to be signed in, got ${answer.status}`);
  return cookie.split(';')[0] ?? '';
}

/** The dashboard in a process of its own, as it is deployed. */
async function startWeb(apiUrl: string) {
  const port = await freePort();
  const child = startChild(process.execPath, {
    args: ['dist/worker/main.js'],
    cwd: new URL('../..', import.meta.url).pathname,
    env: {
      WORKER_ROLE: 'web',
      WEB_PORT: String(port),
      BACKEND_API_URL: apiUrl,
      WORKER_SERVICE_TOKEN: SECRET,
      LOG_LEVEL: 'error',
    },
  });
  child.stdout?.resume();
  const url = `http://127.0.0.1:${port}`;
  const deadline = performance.now() + 30_000;
  while (!(await isOpen(url))) {
    if (performance.now() > deadline) throw new Error('the dashboard was not open within 30 s');
    await pause(50);
  }
  return { url, stop: () => stopChild(child, 10_000) };
}

async function isOpen(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/signin`)).ok;
  } catch {
    return false;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export const dashboardScenarios = { dashboard };
