import type { CommandEnv } from './env.ts';
import { examineApi } from './examine-api.ts';
import { examineDatabase } from './examine-database.ts';
import { examineDataFolder, examinePorts, examineTools, examineVersions } from './examine-machine.ts';
import { examine, formatFinding } from './finding.ts';

/** Looks at everything that an API and a worker on this machine need, says what it saw, and whether all is well. */
export async function doctor(env: CommandEnv, print: (line: string) => void): Promise<boolean> {
  const findings = [
    ...(await examine('versions', examineVersions)),
    ...(await examine('data folder', () => examineDataFolder(env))),
    ...(await examine('ports', () => examinePorts(env))),
    ...(await examine('tools', () => examineTools(env))),
    ...(await examine('api', () => examineApi(env))),
    ...(await examine('database', () => examineDatabase(env))),
  ];
  for (const finding of findings) print(formatFinding(finding));
  return findings.every(({ state }) => state !== 'fail');
}
