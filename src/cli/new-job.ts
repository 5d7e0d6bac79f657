import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { QUEUES, queueWeight } from '../contract/queues.ts';
import { jobSource, jobTestSource } from './new-job-source.ts';
import { UsageFault } from './usage-fault.ts';

export const NEW_JOB_USAGE = 'new-job NAME [--queue default] [--folder my-jobs]';

const NAME = /^[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*$/;

/**
 * Writes a job that works, and its test, into a folder of the user's own. It never writes over a file: when one of
 * the two is there, nothing is written.
 */
export async function newJob(args: string[], print: (line: string) => void): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { queue: { type: 'string', default: 'default' }, folder: { type: 'string', default: 'my-jobs' } },
  });
  const [name = '', ...rest] = positionals;
  if (!NAME.test(name) || name.length > 100 || rest.length > 0) {
    throw new UsageFault(
      `expected one name such as reports.nightly, in small letters, digits and . _ -, got ${JSON.stringify(positionals.join(' '))}\n` +
        `expected: ${NEW_JOB_USAGE}`,
    );
  }
  const { queue, folder } = values;
  if (queueWeight(queue) === undefined) {
    const known = QUEUES.map((each) => each.name).join(', ');
    throw new UsageFault(`--queue: expected a declared queue, got ${queue}; there are ${known}`);
  }
  const file = name.replace(/[._]/g, '-');
  const job = { name, queue, file, constant: constantOf(name) };
  await mkdir(folder, { recursive: true });
  await create(join(folder, `${file}.ts`), jobSource(job));
  await create(join(folder, `${file}.test.ts`), jobTestSource(job));
  print(`wrote ${join(folder, file)}.ts and its test`);
  print(`  test it   npx node --test ${join(folder, file)}.test.ts`);
  print(`  run it    WORKER_JOBS=./${folder} npm start`);
  print(`  then      npm run cli -- enqueue ${name} '{"who": "world"}'`);
}

async function create(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    throw new UsageFault(`expected no file at ${path}, there is one: choose another name, or remove it`);
  }
}

/** reports.nightly-run → reportsNightlyRun */
function constantOf(name: string): string {
  return name.replace(/[._-]([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
