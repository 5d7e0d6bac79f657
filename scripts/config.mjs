// npm run cli -- config: what every variable of every process would be. It stands outside the rooms, because none of them
// may know the variables of all others.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PROCESSES = [
  { name: 'api', variables: [['api-bridge/env', 'apiEnv']] },
  {
    name: 'worker',
    variables: [
      ['worker/env', 'workerVariables'],
      ['runtime/env', 'runtimeVariables'],
      ['jobs/env', 'jobsVariables'],
    ],
  },
  { name: 'web', variables: [['web/env', 'webVariables']] },
];

const KEPT = {
  WORKER_SERVICE_TOKEN: 'worker-service-token',
  DASHBOARD_EMAIL: 'dashboard-email',
  DASHBOARD_PASSWORD: 'dashboard-password',
};

/** The lines to print, and whether every value is one that its process takes. `load` gives a module of the product by its path. */
export async function reportConfig(load, source) {
  const { describeVariables } = await load('process/describe-env');
  const kept = keptSecrets(source.DATA_DIR || '.data');
  const lines = [];
  let isWell = true;
  for (const { name, variables } of PROCESSES) {
    const schemas = await Promise.all(variables.map(async ([path, exported]) => (await load(path))[exported]));
    const reports = new Map();
    // Two rooms of one process may read one variable; the first says what it is. PATH is the system's own.
    for (const report of schemas.flatMap((schema) => describeVariables(schema, source, kept)))
      if (report.name !== 'PATH' && !reports.has(report.name)) reports.set(report.name, report);
    const rows = [...reports.values()];
    const widest = Math.max(...rows.map((row) => row.name.length));
    lines.push(name);
    for (const row of rows) {
      isWell &&= row.fault === undefined;
      const fault = row.fault === undefined ? '' : `  ✘ ${row.fault}`;
      lines.push(`  ${row.name.padEnd(widest)}  ${row.source.padEnd(11)}  ${row.value}${fault}`.trimEnd());
    }
  }
  const { unreadVariables } = await load('process/seed-variables');
  const unread = unreadVariables(source);
  if (unread.length > 0) lines.push('of the earlier system', ...unread.map((line) => `  ${line}`));
  return { lines, isWell };
}

/** What `npm start` has made below this data folder; nothing is made here. */
function keptSecrets(dataDir) {
  const found = Object.entries(KEPT).map(([variable, file]) => [variable, textOf(join(dataDir, 'secrets', file))]);
  return Object.fromEntries(found);
}

function textOf(path) {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
