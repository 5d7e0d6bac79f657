import type { Bridge } from './bridge.ts';

/** What every scenario plays on: one PostgreSQL, one api process, so many counted rounds. */
export type Stage = {
  readonly databaseUrl: string;
  readonly bridge: Bridge;
  readonly rounds: number;
  /** Asked for with `--full`: the depths and lengths of the targets, instead of what fits into some minutes. */
  readonly isFull: boolean;
};
