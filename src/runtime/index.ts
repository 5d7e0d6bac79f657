// The door of the polling worker.
export { createRuntime, type Runtime, type RuntimeDeps, type RuntimeTimes } from './create-runtime.ts';
export { DatabaseVariableFault, refuseDatabaseVariables } from './database-variables.ts';
export { serveIsolated, tellVerdict, type IsolatedDeps } from './isolated/serve-isolated.ts';
export { readRuntimeEnv, runtimeVariables, type RuntimeEnv } from './env.ts';
export type { RuntimeChecks } from './runtime-checks.ts';
export type { WorkerEnd, WorkerState } from './worker.ts';
