import type { z } from 'zod';
import { describeIssue } from '../contract/describe-issue.ts';

/** Every fault of the environment at once, a line each; never carries a value. */
export class EnvFault extends Error {
  override readonly name = 'EnvFault';
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(`The environment has ${String(faults.length)} fault(s):\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

/**
 * Parses the environment once, at the edge. An empty variable counts as unset, so that `PORT=` in a file of
 * defaults means the default. Throws EnvFault naming every variable at fault; values stay out of the message,
 * because they may be secrets.
 */
export function parseEnv<Schema extends z.ZodType>(
  schema: Schema,
  source: Readonly<Record<string, string | undefined>>,
): z.infer<Schema> {
  const present = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(present, { reportInput: false, error: describeIssue });
  if (parsed.success) return parsed.data;
  throw new EnvFault(
    parsed.error.issues.map((issue) => `${issue.path.join('.') || '(environment)'}: ${issue.message}`),
  );
}

/** Runs several readers of the same environment and throws one EnvFault with the faults of all. */
export function assertReadable(...readers: readonly (() => unknown)[]): void {
  const faults = readers.flatMap((read) => {
    try {
      read();
      return [];
    } catch (error) {
      if (error instanceof EnvFault) return error.faults;
      throw error;
    }
  });
  if (faults.length > 0) throw new EnvFault([...new Set(faults)]);
}
