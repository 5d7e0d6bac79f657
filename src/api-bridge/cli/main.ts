import { EnvFault } from '../../process/env.ts';
import { EXIT } from '../../process/exit-codes.ts';
import { EmbeddedPostgresError } from '../embedded/embedded-error.ts';
import { auditCommand } from './audit.ts';
import { doctor } from './doctor.ts';
import { readCommandEnv, type CommandEnv } from './env.ts';
import { migrate } from './migrate.ts';
import { roles } from './roles.ts';

// The commands that need the database, so they belong to the API.

type Command = (env: CommandEnv, print: (line: string) => void, args: readonly string[]) => Promise<boolean>;

const COMMANDS = new Map<string, Command>([
  ['migrate', migrate],
  ['doctor', doctor],
  ['audit', auditCommand],
  ['roles', roles],
]);

const print = (line: string) => void process.stdout.write(`${line}\n`);

async function run([name, ...args]: readonly string[]): Promise<number> {
  const command = COMMANDS.get(name ?? '');
  if (command === undefined) {
    process.stderr.write(`expected one of ${[...COMMANDS.keys()].join(', ')}, got ${name ?? 'nothing'}\n`);
    return EXIT.failed;
  }
  return (await command(readCommandEnv(), print, args)) ? EXIT.ok : EXIT.failed;
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const isUsage = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  const isPersons = isUsage || error instanceof EnvFault || error instanceof EmbeddedPostgresError;
  const text = error instanceof Error ? (isPersons ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = EXIT.failed;
}
