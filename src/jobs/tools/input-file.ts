import { lstat } from 'node:fs/promises';
import { BadInput, JobError } from '../errors.ts';

/**
 * The size of a plain file that tools may be pointed at. Folders, pipes, devices and symbolic links are refused,
 * because a tool would walk, wait for or follow them; so is a name that could be read as two lines of options.
 */
export async function checkInputFile(path: string): Promise<number> {
  if (/[\n\r\0]/.test(path)) {
    throw new JobError(`expected a path in one line, got ${JSON.stringify(path)}`, { code: 'bad_path' });
  }
  const facts = await lstat(path);
  if (!facts.isFile()) throw new BadInput('unsupported_input', 'expected a plain file, got something else');
  if (facts.size === 0) throw new BadInput('damaged_input', 'The file is empty.');
  return facts.size;
}
