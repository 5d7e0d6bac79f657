/** The one variable that child processes of the bench inherit. */
export function readBenchPath(): string {
  return process.env['PATH'] ?? '/usr/bin:/bin';
}

/** Options for the node that runs the api, e.g. `--cpu-prof --cpu-prof-dir=/tmp/profile`. */
export function readApiNodeOptions(): string[] {
  return (process.env['BENCH_API_NODE_OPTIONS'] ?? '').split(' ').filter(Boolean);
}

/** The same for the worker process of ours. */
export function readWorkerNodeOptions(): string {
  return process.env['BENCH_WORKER_NODE_OPTIONS'] ?? '';
}
