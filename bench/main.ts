import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../src/api-bridge/embedded/start-embedded-postgres.ts';
import { thinScenarios } from './scenarios/thin.ts';
import { wakeUpScenarios } from './scenarios/wake-up.ts';
import { workerScenarios } from './scenarios/worker.ts';
import { startBridge } from './support/bridge.ts';
import { barChart } from './support/chart.ts';
import { reportTable } from './support/report.ts';
import type { Row } from './support/result.ts';
import type { Stage } from './support/stage.ts';

const RESULTS = join(import.meta.dirname, 'results');
const SCENARIOS: Readonly<Record<string, (stage: Stage) => Promise<Row | Row[]>>> = {
  ...thinScenarios,
  ...workerScenarios,
  ...wakeUpScenarios,
};

/** `npm run bench`, or `npm run bench -- thin-64 wake-up`; `--rounds=N` for more certainty. */
async function main(args: readonly string[]): Promise<void> {
  const rounds = Number(args.find((arg) => arg.startsWith('--rounds='))?.slice(9) ?? 3);
  const asked = args.filter((arg) => !arg.startsWith('--'));
  const unknown = asked.filter((name) => SCENARIOS[name] === undefined);
  if (unknown.length > 0 || !(rounds >= 1)) {
    throw new Error(`expected scenarios out of ${Object.keys(SCENARIOS).join(', ')}, got ${unknown.join(', ')}`);
  }
  const folder = await mkdtemp(join(tmpdir(), 'powernode-bench-'));
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres') });
  const bridge = await startBridge(postgres.url);
  const rows: Row[] = [];
  try {
    for (const name of asked.length > 0 ? asked : Object.keys(SCENARIOS)) {
      process.stderr.write(`${name} …\n`);
      rows.push(
        ...[await SCENARIOS[name]?.({ databaseUrl: postgres.url, bridge, rounds })]
          .flat()
          .filter((row) => row !== undefined),
      );
    }
  } finally {
    await bridge.stop();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
  await mkdir(RESULTS, { recursive: true });
  await writeFile(join(RESULTS, 'latest.json'), `${JSON.stringify(rows, undefined, 2)}\n`);
  await writeFile(join(RESULTS, 'latest.svg'), barChart(rows));
  process.stdout.write(reportTable(rows));
}

await main(process.argv.slice(2));
