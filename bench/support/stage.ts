import type { Bridge } from './bridge.ts';

/** What every scenario plays on: one PostgreSQL, one api process, so many counted rounds. */
export type Stage = { readonly databaseUrl: string; readonly bridge: Bridge; readonly rounds: number };
