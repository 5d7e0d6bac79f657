import { timingSafeEqual } from 'node:crypto';
import type { FleetCircuit } from '../../contract/circuits.ts';
import type { Logger } from '../../process/logger.ts';
import type { Pool } from '../db/pool.ts';
import { BridgeError } from '../http/bridge-error.ts';
import type { Authenticate, BridgeApp } from '../http/serve-route.ts';
import type { Engine } from '../queue/engine.ts';
import { bridgeMetrics } from './metrics.ts';

export type HealthRouteDeps = {
  readonly authenticate: Authenticate;
  readonly engine: Engine;
  readonly pool: Pool;
  /** The circuits of the fleet, as its workers last told of them. */
  readonly circuits: () => Promise<readonly FleetCircuit[]>;
  readonly version: string;
  readonly metricsToken: string | undefined;
  readonly log: Logger;
};

type Check = { readonly name: string; readonly ok: boolean; readonly detail?: string; readonly ms?: number };

/** The supervisor proves the queue four times a second; silence for this long means that claims and settles would fail. */
const SILENCE_MS = 2_500;
const PROBE_MS = 1_500;

/** Liveness asks nothing of anybody; readiness says whether claims and settles would succeed now. */
export function installHealthRoutes(app: BridgeApp, deps: HealthRouteDeps): void {
  const { version, engine, pool, metricsToken } = deps;

  app.get('/health/live', (context) => context.json({ status: 'ok', version }));

  app.get('/health/ready', async (context) => {
    const checks = await runChecks(engine, pool);
    const ok = checks.every((check) => check.ok);
    return context.json(
      { status: ok ? 'ok' : 'error', version, checks: checks.map(({ name, ok: good }) => ({ name, ok: good })) },
      ok ? 200 : 503,
    );
  });

  app.get('/health', async (context) => {
    const ok = (await runChecks(engine, pool)).every((check) => check.ok);
    return context.json({ status: ok ? 'ok' : 'error', version }, ok ? 200 : 503);
  });

  app.get('/health/detailed', async (context) => {
    await assertReader(deps, context.req.header('authorization'));
    const checks = await runChecks(engine, pool);
    const ok = checks.every((check) => check.ok);
    const reachable = checks.some(({ name, ok: good }) => name === 'database' && good);
    const process_ = { uptimeSeconds: process.uptime(), rssBytes: process.memoryUsage.rss(), node: process.version };
    const queue = { parkedClaims: engine.parked(), leases: engine.book.size(), listening: engine.isListening() };
    // What the workers cannot reach is told here, and is no fault of this process.
    const circuits = reachable ? await deps.circuits().catch(() => []) : [];
    const status = ok ? 'ok' : 'error';
    return context.json({ status, version, checks, process: process_, queue, circuits }, ok ? 200 : 503);
  });

  app.get('/metrics', async (context) => {
    if (metricsToken !== undefined) await assertReader(deps, context.req.header('authorization'));
    return context.text(await bridgeMetrics(engine, pool, deps.circuits), 200, {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    });
  });
}

async function runChecks(engine: Engine, pool: Pool): Promise<Check[]> {
  const startedAt = performance.now();
  const database = await probe(pool);
  const silentMs = engine.silentMs();
  return [
    {
      name: 'database',
      ok: database === undefined,
      ms: Math.round(performance.now() - startedAt),
      ...(database === undefined ? {} : { detail: database }),
    },
    { name: 'queue', ok: silentMs < SILENCE_MS, detail: `last pass ${String(Math.round(silentMs))} ms ago` },
  ];
}

async function probe(pool: Pool): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('no answer in time'), PROBE_MS);
  });
  const asked = pool.query('SELECT 1').then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function assertReader(
  { authenticate, metricsToken }: HealthRouteDeps,
  header: string | undefined,
): Promise<void> {
  const bearer = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
  if (bearer !== undefined && metricsToken !== undefined && sameText(bearer, metricsToken)) return;
  const principal = await authenticate(bearer);
  if (principal.type === 'scraper' || principal.type === 'operator') return;
  if (principal.type === 'anonymous') throw new BridgeError('unauthorized', 'expected a bearer token, got none');
  throw new BridgeError('forbidden', `expected a token of type scraper or operator, got ${principal.type}`);
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
