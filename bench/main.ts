import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../src/api-bridge/embedded/start-embedded-postgres.ts';
import { DEFAULT_SCENARIOS, SCENARIOS } from './scenarios/all.ts';
import { startBridge } from './support/bridge.ts';
import { barChart } from './support/chart.ts';
import { killChildren } from './support/children.ts';
import { reportTable } from './support/report.ts';
import type { Row } from './support/result.ts';

const RESULTS = join(import.meta.dirname, 'results');
/** `npm run bench`, or `npm run bench -- thin-64 wake-up`; `--rounds=N` for more certainty, `--full` for the full depths. */
async function main(args: readonly string[]): Promise<void> {
  const rounds = Number(args.find((arg) => arg.startsWith('--rounds='))?.slice(9) ?? 2);
  const asked = args.filter((arg) => !arg.startsWith('--'));
  const unknown = asked.filter((name) => SCENARIOS[name] === undefined);
  if (unknown.length > 0 || !(rounds >= 1)) {
    throw new Error(`expected scenarios out of ${Object.keys(SCENARIOS).join(', ')}, got ${unknown.join(', ')}`);
  }
  const folder = await mkdtemp(join(tmpdir(), 'powernode-bench-'));
  const postgres = await startEmbeddedPostgres({
    dataDir: join(folder, 'postgres'),
    settings: { max_connections: '200' },
  });
  const rows: Row[] = [];
  let failed = false;
  try {
    const bridge = await startBridge(postgres.url);
    const stage = { databaseUrl: postgres.url, bridge, rounds, isFull: args.includes('--full') };
    for (const name of asked.length > 0 ? asked : Object.keys(DEFAULT_SCENARIOS)) {
      const startedAt = performance.now();
      process.stderr.write(`${name} … `);
      try {
        rows.push(...[await SCENARIOS[name]?.(stage)].flat().filter((row) => row !== undefined));
        process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(0)} s\n`);
      } catch (error) {
        failed = true;
        process.stderr.write(`NOT MEASURED: ${error instanceof Error ? error.message : String(error)}\n`);
      }
    }
    await bridge.stop();
  } finally {
    killChildren();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
  await mkdir(RESULTS, { recursive: true });
  await writeFile(join(RESULTS, 'latest.json'), `${JSON.stringify(rows, undefined, 2)}\n`);
  await writeFile(join(RESULTS, 'latest.svg'), barChart(rows));
  process.stdout.write(reportTable(rows));
  process.exit(failed ? 1 : 0);
}

// A connection that breaks while all is taken down must not take the results with it.
process.on('unhandledRejection', (error) => process.stderr.write(`${String(error)}\n`));
process.on('uncaughtException', (error) => process.stderr.write(`${String(error)}\n`));
process.once('exit', killChildren);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, killChildren);
await main(process.argv.slice(2));
