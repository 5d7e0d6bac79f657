import { EnvFault } from '../../process/env.ts';
import { EXIT } from '../../process/exit-codes.ts';
import { EmbeddedPostgresError } from '../embedded/embedded-error.ts';
import { doctor } from './doctor.ts';
import { readCommandEnv } from './env.ts';
import { migrate } from './migrate.ts';

// The commands that need the database, so they belong to the API.

const COMMANDS = new Map([
  ['migrate', migrate],
  ['doctor', doctor],
]);

const print = (line: string) => void process.stdout.write(`${line}\n`);

async function run(name: string | undefined): Promise<number> {
  const command = COMMANDS.get(name ?? '');
  if (command === undefined) {
    process.stderr.write(`expected one of ${[...COMMANDS.keys()].join(', ')}, got ${name ?? 'nothing'}\n`);
    return EXIT.failed;
  }
  return (await command(readCommandEnv(), print)) ? EXIT.ok : EXIT.failed;
}

try {
  process.exitCode = await run(process.argv[2]);
} catch (error) {
  const isPersons = error instanceof EnvFault || error instanceof EmbeddedPostgresError;
  const text = error instanceof Error ? (isPersons ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = EXIT.failed;
}
