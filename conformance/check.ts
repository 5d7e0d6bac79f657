/** One promise of the protocol, and a try of it. `run` throws when it is broken, and says what came instead. */
export type Check<Stage> = { readonly name: string; run(stage: Stage): Promise<void> };

export function expectEqual(what: string, got: unknown, expected: unknown): void {
  const [have, want] = [JSON.stringify([got]), JSON.stringify([expected])];
  if (have !== want) throw new Error(`${what}: expected ${want}, got ${have}`);
}

export function expectThat(what: string, isSo: boolean): void {
  if (!isSo) throw new Error(`expected ${what}`);
}

/** Runs every check, one line each; true when all are kept. */
export async function runChecks<Stage>(
  checks: readonly Check<Stage>[],
  stage: Stage,
  say: (line: string) => void,
): Promise<boolean> {
  let broken = 0;
  for (const { name, run } of checks) {
    try {
      await run(stage);
      say(`✔ ${name}`);
    } catch (error) {
      broken += 1;
      say(`✘ ${name}\n    ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  say(broken === 0 ? `${checks.length} of ${checks.length} kept` : `${broken} of ${checks.length} broken`);
  return broken === 0;
}
