import { afterAll, beforeAll, expect, it } from 'vitest';
import { ADMIN, PASSWORD, setStage, type Stage } from '../pages/support/stage.ts';
import { createVisitor } from './support/visitor.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
}, 60_000);
afterAll(() => stage.stop());

it('tells people what is down and what goes on, stops asking after a while, and comes back by itself', async () => {
  const visitor = createVisitor(stage.url);
  await visitor.signIn(ADMIN, PASSWORD);
  await stage.api.kill9();

  const first = await visitor.ask('/jobs?q=state:failed');
  const page = await first.text();
  expect(first.status).toBe(503);
  expect(page).toContain('<h1>The API does not answer</h1>');
  expect(page).toContain('Jobs that run keep running');
  expect(page).toContain('<code>api_unreachable</code>');
  expect(page).toContain('href="/jobs?q=state:failed"');
  expect(visitor.jar.has('powernode_session'), 'an outage signs nobody out').toBe(true);

  for (let n = 0; n < 12; n += 1) await visitor.ask('/overview');
  expect(await (await visitor.ask('/overview')).text()).toMatch(/web_pages_api is open, tries again in \d+s/);

  // Signing in has a circuit of its own: page loads have not opened it.
  const refused = await createVisitor(stage.url).signIn(ADMIN, PASSWORD);
  expect(refused.status).toBe(503);
  expect(await refused.text()).toContain('The API does not answer, so nobody can be signed in.');
  await stage.api.restart();
  expect((await createVisitor(stage.url).signIn(ADMIN, PASSWORD)).status).toBe(303);
}, 60_000);

it('signs out even then, and forgets the cookie', async () => {
  const visitor = createVisitor(stage.url);
  await visitor.signIn(ADMIN, PASSWORD);
  await stage.api.kill9();
  const out = await visitor.post('/signout', {});
  expect([out.status, visitor.jar.has('powernode_session')]).toEqual([303, false]);
});
