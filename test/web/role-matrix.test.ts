import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/process/logger.ts';
import { createDashboard, createWebService, readWebEnv } from '../../src/web/index.ts';
import { PASSWORD, setStage, type Stage } from '../pages/support/stage.ts';
import { footprint } from '../wire/least-privilege/stage.ts';
import { createVisitor, type Visitor } from './support/visitor.ts';

const ROLES = ['viewer', 'operator', 'admin'] as const;
type Least = (typeof ROLES)[number] | 'anybody';

/**
 * Who may send which form, said a second time and apart from the code that decides it. A form that stands in no line fails
 * the matrix: whoever adds one has to say here whom it is for.
 */
const LEAST: Readonly<Record<Least, string>> = {
  anybody: '/signin /signout /preferences',
  // What only leads to a question is for everybody; the question is asked of those who may do the deed.
  viewer: `/failures/picked /dead/picked /jobs/views /jobs/views/:id/forget /password /sessions/end-others
    /sessions/:id/end`,
  operator: `/jobs/bulk /jobs/bulk/run /jobs/bulk/:id/stop /jobs/:queue/:id/cancel /jobs/:queue/:id/retry /jobs/:queue/:id/repeat
    /jobs/:queue/:id/run /jobs/:queue/:id/delete
    /queues/:name/pause /queues/:name/resume /queues/:name/purge /failures/retry /failures/discard /failures/mute
    /schedules/:name/pause /schedules/:name/resume /schedules/:name/run /schedules/:name/edit /schedules/:name/backfill
    /failures/unmute /dead/redrive /dead/discard /workers/:id/drain /workers/:id/forget
    /limits/lift`,
  admin: '/users/invite /users/:id/edit /users/:id/reset',
};
const leastOf = new Map(
  Object.entries(LEAST).flatMap(([least, paths]) => paths.split(/\s+/).map((path) => [path, least as Least] as const)),
);

const JOB = randomUUID();
const FORM = {
  reason: 'because of the matrix',
  typed: 'default',
  q: 'state:failed',
  verb: 'retry',
  name: 'matrix',
  job: JOB,
  kind: 'a'.repeat(16),
  do: 'retry',
  email: 'new@example.com',
  role: 'viewer',
  current: 'not the password',
  next: 'another password',
  again: 'another password',
  cron: '* * * * *',
};

let stage: Stage;
let forms: string[];
const people = new Map<string, Visitor>();

beforeAll(async () => {
  stage = await setStage();
  for (const role of ROLES) {
    await stage.addOperator(`role-${role}@example.com`, role);
    const visitor = createVisitor(stage.url);
    await visitor.signIn(`role-${role}@example.com`, PASSWORD);
    people.set(role, visitor);
  }
  const dashboard = createDashboard({
    env: { WORKER_SERVICE_TOKEN: stage.api.secret, BACKEND_API_URL: stage.api.url },
  });
  // A middleware stands there for every method; a page only answers GET.
  forms = [
    ...new Set(dashboard.routes.filter(({ method }) => !['GET', 'ALL'].includes(method)).map(({ path }) => path)),
  ];
  await dashboard.close();
}, 60_000);
afterAll(async () => {
  await stage.stop();
});

const filled = (path: string) =>
  path
    .replace(':queue', 'default')
    .replace(':name', 'default')
    .replace(':id', path.includes('workers') ? 'w1' : JOB);
const post = (visitor: Visitor, path: string) => visitor.post(filled(path), { ...FORM, ...formFor(path) });

/** What a form must say to come as far as the decision whether it is allowed. */
function formFor(path: string): Record<string, string> {
  if (path.startsWith('/jobs/bulk')) return { job: `default/${JOB}` };
  const times = { from: '2026-01-01T00:00', to: '2026-01-01T01:00' };
  const terms = { timeZone: 'UTC', version: '1', missedWindowSeconds: '60', jitterSeconds: '0' };
  return path.startsWith('/schedules') ? { ...times, ...terms, do: 'save' } : {};
}

describe('every form of the dashboard × every role', () => {
  it('is known: each says whom it is for, and none is in the list that does not exist', () => {
    expect(
      forms.filter((path) => !leastOf.has(path)),
      'add them to LEAST',
    ).toEqual([]);
    expect([...leastOf.keys()].filter((path) => !forms.includes(path) && !path.endsWith('mute'))).toEqual([]);
  });

  it('below its role is refused, without exception and without effect', async () => {
    const before = await footprint(stage.api);
    const wrong: string[] = [];
    for (const path of forms) {
      for (const role of ROLES) {
        if (ROLES.indexOf(role) >= ROLES.indexOf(leastOf.get(path) as never)) continue;
        const answer = await post(people.get(role) ?? createVisitor(stage.url), path);
        if (answer.status !== 403) wrong.push(`${path}: ${role} got ${answer.status}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(await footprint(stage.api)).toEqual(before);
  }, 60_000);

  it('leads strangers to the sign-in, and changes nothing for them', async () => {
    const before = await footprint(stage.api);
    for (const path of forms.filter((each) => leastOf.get(each) !== 'anybody' && !each.endsWith('/picked'))) {
      const answer = await post(createVisitor(stage.url), path);
      expect([answer.status, answer.headers.get('location')], path).toEqual([303, '/signin']);
    }
    expect(await footprint(stage.api)).toEqual(before);
  });

  it('from its role on is not refused: the refusals above are not for another reason', async () => {
    const wrong: string[] = [];
    for (const path of forms) {
      const least = leastOf.get(path);
      if (least === undefined || least === 'anybody') continue;
      const visitor = people.get(least) ?? createVisitor(stage.url);
      const answer = await post(visitor, path);
      if (answer.status === 403 || answer.headers.get('location') === '/signin') wrong.push(`${path}: ${least}`);
    }
    expect(wrong).toEqual([]);
  });

  it('is refused to everybody where the dashboard is read-only, but signing in and out and the own view', async () => {
    const web = createWebService({
      env: readWebEnv({
        WEB_PORT: '0',
        WEB_READ_ONLY: 'true',
        BACKEND_API_URL: stage.api.url,
        WORKER_SERVICE_TOKEN: stage.api.secret,
      }),
      log: createLogger({ name: 'web', level: 'silent' }),
    });
    await web.start();
    const admin = createVisitor(`http://127.0.0.1:${web.port()}`);
    expect((await admin.signIn('role-admin@example.com', PASSWORD)).status).toBe(303);
    const before = await footprint(stage.api);
    for (const path of forms.filter((each) => leastOf.get(each) !== 'anybody')) {
      const answer = await post(admin, path);
      expect([answer.status, (await answer.text()).includes('read_only')], path).toEqual([403, true]);
    }
    expect(await footprint(stage.api)).toEqual(before);
    for (const page of ['/workers', '/queues', '/users', '/failures', '/dead'])
      expect(await admin.page(page), page).not.toMatch(/href="\/[^"]*\/(drain|pause|purge|edit|invite|discard)"/);
    expect((await admin.post('/preferences', { theme: 'dark' })).status).toBe(303);
    await web.stop();
  }, 60_000);
});
