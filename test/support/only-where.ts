/** Says that tests are left out and why, where they cannot run: a run must not look whole when it is not. */
export function onlyWhere(holds: boolean, why: string): boolean {
  if (!holds) process.stderr.write(`left out here: ${why}\n`);
  return holds;
}
