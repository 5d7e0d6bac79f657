/** What the doctor saw: `warn` is worth knowing, `fail` keeps something from working. */
export type Finding = { name: string; state: 'ok' | 'warn' | 'fail'; detail: string };

const MARKS = { ok: '✔', warn: '!', fail: '✘' } as const;

export function formatFinding({ name, state, detail }: Finding): string {
  return `${MARKS[state]} ${name.padEnd(16)} ${detail}`;
}

/** Turns a check that throws into a finding, so that one broken thing does not hide the others. */
export async function examine(name: string, check: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await check();
  } catch (error) {
    return [{ name, state: 'fail', detail: error instanceof Error ? error.message : String(error) }];
  }
}
