export type SeedVariable = {
  readonly name: string;
  /** Its default there. */
  readonly before: string;
  /** The variable that takes its place; the same name where it is read as it was. */
  readonly here?: string;
  /** What it is now, where no variable takes its place. */
  readonly instead?: string;
};

/** Every variable of the earlier systems, so that whoever brings one along is told what became of it. */
export const SEED_VARIABLES: readonly SeedVariable[] = [
  { name: 'BACKEND_API_URL', before: 'http://localhost:3000', here: 'BACKEND_API_URL' },
  { name: 'RDEV_API_URL', before: 'http://rdev-api:8080', here: 'BACKEND_API_URL' },
  { name: 'WORKER_SERVICE_TOKEN', before: '', here: 'WORKER_SERVICE_TOKEN' },
  { name: 'WORKER_API_TOKEN', before: '', here: 'WORKER_SERVICE_TOKEN' },
  { name: 'WORKER_TOKEN', before: '', here: 'WORKER_SERVICE_TOKEN' },
  { name: 'JWT_SECRET_KEY', before: '', here: 'WORKER_SERVICE_TOKEN' },
  { name: 'JWT_ISSUER', before: 'powernode-platform', instead: 'the default, for good' },
  { name: 'JWT_AUDIENCE', before: 'powernode-api', instead: 'the default, for good' },
  { name: 'WORKER_ID', before: '', here: 'WORKER_ID' },
  { name: 'WORKER_ENV', before: 'development', here: 'NODE_ENV' },
  { name: 'WORKER_CONCURRENCY', before: '5', here: 'WORKER_CONCURRENCY' },
  { name: 'API_TIMEOUT', before: '120', here: 'API_TIMEOUT' },
  { name: 'MAX_RETRY_ATTEMPTS', before: '3', here: 'MAX_RETRY_ATTEMPTS' },
  {
    name: 'REDIS_URL',
    before: 'redis://localhost:6379/1',
    instead: 'nothing: the queue is in PostgreSQL, behind the api',
  },
  { name: 'WORKER_POLL_INTERVAL', before: '5s', instead: 'nothing: a claim waits until a job is there' },
  { name: 'WORKER_HEARTBEAT_INTERVAL', before: '30s', here: 'HEARTBEAT_SECONDS' },
  { name: 'WORKER_TASK_TIMEOUT', before: '15m', instead: 'the timeoutSeconds of each job, 900 unless it says so' },
  { name: 'SIDEKIQ_USERNAME', before: '', here: 'DASHBOARD_EMAIL' },
  { name: 'SIDEKIQ_PASSWORD', before: '', here: 'DASHBOARD_PASSWORD' },
];

/** What is set and read by nothing here, in words; never with its value. */
export function unreadVariables(source: Readonly<Record<string, string | undefined>>): string[] {
  return SEED_VARIABLES.filter(({ name, here }) => here !== name && (source[name] ?? '') !== '').map(
    ({ name, here, instead }) => `${name} is set and not read; in its place: ${here ?? instead ?? 'nothing'}`,
  );
}
