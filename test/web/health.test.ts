import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/process/logger.ts';
import { mintServiceToken, type ServiceTokenType } from '../../src/process/service-token.ts';
import {
  createWebService,
  readWebEnv,
  type Check,
  type WebService,
  type WebServiceOptions,
} from '../../src/web/index.ts';
import { ADMIN, PASSWORD, setStage, type Stage } from '../pages/support/stage.ts';
import { createVisitor } from './support/visitor.ts';

let stage: Stage;
const started: WebService[] = [];

beforeAll(async () => {
  stage = await setStage();
}, 60_000);
afterAll(async () => {
  for (const web of started) await web.stop();
  await stage.stop();
});

async function serve(options: Omit<WebServiceOptions, 'env' | 'log'> = {}, env: Record<string, string> = {}) {
  const web = createWebService({
    env: readWebEnv({ WEB_PORT: '0', BACKEND_API_URL: stage.api.url, WORKER_SERVICE_TOKEN: stage.api.secret, ...env }),
    log: createLogger({ name: 'web', level: 'silent' }),
    ...options,
  });
  await web.start();
  started.push(web);
  return `http://127.0.0.1:${web.port()}`;
}
const ask = (url: string, bearer?: string) =>
  fetch(url, bearer === undefined ? {} : { headers: { authorization: `Bearer ${bearer}` } });
const tokenOf = (type: ServiceTokenType) => mintServiceToken(stage.api.secret, { type, sub: 'prometheus' });
const NOBODY = 'http://127.0.0.1:9';

describe('readiness', () => {
  it('needs the API and the runtime, and live needs neither', async () => {
    const checks: Check[] = [{ name: 'bridge', ok: true, detail: 'private words' }];
    const url = await serve({ runtimeHealth: async () => checks });
    const ready = await ask(`${url}/health/ready`);
    const names = [
      { name: 'api', ok: true },
      { name: 'bridge', ok: true },
    ];
    expect([ready.status, await ready.json()]).toMatchObject([200, { status: 'ok', checks: names }]);

    const broken = await serve({ runtimeHealth: async () => [{ name: 'bridge', ok: false, detail: 'private words' }] });
    const answer = await ask(`${broken}/health/ready`);
    const text = await answer.text();
    expect(answer.status).toBe(503);
    expect(JSON.parse(text)).toMatchObject({ status: 'error' });
    expect(text).not.toContain('private words');
    expect((await ask(`${broken}/health`)).status).toBe(503);
    expect((await ask(`${broken}/health/live`)).status).toBe(200);
  });

  it('is down while the API does not answer, and says so quickly', async () => {
    const url = await serve({}, { BACKEND_API_URL: NOBODY });
    const answer = await ask(`${url}/health/ready`);
    expect([answer.status, await answer.json()]).toMatchObject([503, { checks: [{ name: 'api', ok: false }] }]);
    expect((await ask(`${url}/health/live`)).status).toBe(200);
  });

  it('takes a probe that throws or hangs as the finding that it is', async () => {
    const throws = await serve({ runtimeHealth: () => Promise.reject(new Error('broke')) });
    expect((await ask(`${throws}/health`)).status).toBe(503);
    const hangs = await serve({ runtimeHealth: () => new Promise(() => undefined) });
    expect((await ask(`${hangs}/health`)).status).toBe(503);
    expect((await ask(`${hangs}/health/live`)).status).toBe(200);
  });

  it('is looked at once a second however many ask', async () => {
    let asked = 0;
    const url = await serve({
      runtimeHealth: async () => {
        asked += 1;
        return [];
      },
    });
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: 50 }, () => ask(`${url}/health`)));
    expect(asked).toBeLessThanOrEqual(1 + Math.floor((performance.now() - startedAt) / 1000));
  });
});

describe('details', () => {
  it('are for scrapers, operators and people who are signed in', async () => {
    const { url } = stage;
    expect((await ask(`${url}/health/detailed`)).status).toBe(401);
    expect((await ask(`${url}/health/detailed`, 'nonsense')).status).toBe(401);
    expect((await ask(`${url}/health/detailed`, 'pns_nonsense')).status).toBe(401);
    expect((await ask(`${url}/health/detailed`, await tokenOf('worker'))).status).toBe(403);
    const old = await mintServiceToken(stage.api.secret, { type: 'scraper', sub: 'p' }, Date.now() - 3600_000);
    expect((await ask(`${url}/health/detailed`, old)).status).toBe(401);
    for (const type of ['scraper', 'operator'] as const) {
      expect((await ask(`${url}/health/detailed`, await tokenOf(type))).status).toBe(200);
    }
    const visitor = createVisitor(url);
    await visitor.signIn(ADMIN, PASSWORD);
    const details = JSON.parse(await visitor.page('/health/detailed'));
    expect(details).toMatchObject({
      status: 'ok',
      checks: [{ name: 'api', ok: true }],
      circuits: [
        { name: 'web_auth_api', state: 'closed' },
        { name: 'web_pages_api', state: 'closed' },
      ],
    });
  });
});

describe('metrics', () => {
  it('are text that Prometheus reads, with what the runtime adds', async () => {
    const url = await serve({
      runtimeMetrics: () => [
        {
          name: 'powernode_jobs_total',
          help: 'Jobs that ended.\nBy outcome.',
          type: 'counter',
          samples: [
            { labels: { outcome: 'a "quoted" \\ one' }, value: 3 },
            { labels: { outcome: 'none' }, value: Number.NaN },
          ],
        },
      ],
    });
    const answer = await ask(`${url}/metrics`);
    const text = await answer.text();
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toContain(
      '# HELP powernode_jobs_total Jobs that ended.\\nBy outcome.\n# TYPE powernode_jobs_total counter\n',
    );
    expect(text).toContain('powernode_jobs_total{outcome="a \\"quoted\\" \\\\ one"} 3\n');
    expect(text).not.toContain('NaN');
    expect(text).toMatch(/^process_resident_memory_bytes \d{7,}$/m);
    expect(text).toMatch(/^nodejs_eventloop_lag_seconds\{quantile="0.99"\} [\d.e-]+$/m);
    for (const line of text.trimEnd().split('\n')) expect(line).toMatch(/^(# (HELP|TYPE) |[a-z_]+(\{.*\})? [-+\d])/);
  });

  it('want the token when one is set, or a scraper', async () => {
    const url = await serve({}, { METRICS_TOKEN: 'the metrics token' });
    const guarded = await serve({}, { METRICS_TOKEN: 'metrics-token' });
    expect((await ask(`${url}/metrics`)).status).toBe(401);
    expect((await ask(`${guarded}/metrics`, 'metrics-tokem')).status).toBe(401);
    expect((await ask(`${guarded}/metrics`, await tokenOf('producer'))).status).toBe(403);
    expect((await ask(`${guarded}/metrics`, 'metrics-token')).status).toBe(200);
    expect((await ask(`${guarded}/metrics`, await tokenOf('scraper'))).status).toBe(200);
  });
});

it('says in one line that its port is taken', async () => {
  const url = await serve();
  await expect(serve({}, { WEB_PORT: new URL(url).port })).rejects.toThrow(
    `port ${new URL(url).port} is taken by another program; free it or set WEB_PORT to another one`,
  );
});
