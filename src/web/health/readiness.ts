import type { Health } from '../../contract/health.ts';
import type { DashboardBridge } from '../bridge/dashboard-bridge.ts';

export type Check = NonNullable<Health['checks']>[number];
export type RuntimeHealth = () => Promise<readonly Check[]>;

/** However often an open route is asked, the API is asked once a second. */
const SHARED_MS = 1_000;
const RUNTIME_MS = 2_000;

/** Everything that must be so for this process to claim and settle now: the API is ready, and so is our own runtime. */
export function createReadiness(
  bridge: DashboardBridge,
  runtimeHealth: RuntimeHealth | undefined,
): () => Promise<Check[]> {
  let latest: { readonly checks: Promise<Check[]>; readonly atMs: number } | undefined;

  async function look(): Promise<Check[]> {
    const [api, runtime] = await Promise.all([askApi(bridge), askRuntime(runtimeHealth)]);
    return [api, ...runtime];
  }

  return () => {
    if (latest === undefined || performance.now() - latest.atMs >= SHARED_MS) {
      latest = { checks: look(), atMs: performance.now() };
    }
    return latest.checks;
  };
}

async function askApi(bridge: DashboardBridge): Promise<Check> {
  const startedAt = performance.now();
  const health = await bridge.apiHealth();
  const ms = Math.round(performance.now() - startedAt);
  if (health === undefined) return { name: 'api', ok: false, detail: 'no answer', ms };
  const failing = (health.checks ?? []).filter((check) => !check.ok).map((check) => check.name);
  if (health.status === 'ok') return { name: 'api', ok: true, ms };
  return { name: 'api', ok: false, detail: `not ready: ${failing.join(', ') || 'it does not say why'}`, ms };
}

/** A probe that hangs or throws is itself the finding. */
async function askRuntime(probe: RuntimeHealth | undefined): Promise<readonly Check[]> {
  if (probe === undefined) return [];
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Check[]>((resolve) => {
    timer = setTimeout(() => resolve([{ name: 'runtime', ok: false, detail: 'no answer in time' }]), RUNTIME_MS);
  });
  try {
    return await Promise.race([probe(), late]);
  } catch (error) {
    return [{ name: 'runtime', ok: false, detail: error instanceof Error ? error.message : String(error) }];
  } finally {
    clearTimeout(timer);
  }
}
