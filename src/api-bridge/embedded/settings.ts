/**
 * How the embedded server runs. They are given on the command line at every start, so that a newer program never meets the
 * settings of an older one.
 */
export type ServerSettings = Record<string, string>;

const queueSettings: ServerSettings = {
  listen_addresses: '127.0.0.1',
  // TCP on the loopback only: a socket file would need a path short enough and a folder that every user may reach.
  unix_socket_directories: '',
  max_connections: '60',
  shared_buffers: '128MB',
  effective_cache_size: '512MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  // An outcome is acknowledged only when it is on disk.
  synchronous_commit: 'on',
  fsync: 'on',
  full_page_writes: 'on',
  // A few hundred megabytes of log at most, checkpoints seldom enough to write each hot page once.
  min_wal_size: '80MB',
  max_wal_size: '512MB',
  wal_compression: 'on',
  checkpoint_timeout: '10min',
  // Queue statements are short: compiling them costs more than it saves.
  jit: 'off',
  random_page_cost: '1.1',
  // A queue table turns over all the time: clean early, in small steps, and never leave its statistics behind.
  autovacuum_naptime: '10s',
  autovacuum_vacuum_threshold: '200',
  autovacuum_vacuum_scale_factor: '0.02',
  autovacuum_vacuum_insert_scale_factor: '0.05',
  autovacuum_analyze_scale_factor: '0.02',
  autovacuum_vacuum_cost_limit: '1000',
  // A transaction that was forgotten open would stop every cleaning above.
  idle_in_transaction_session_timeout: '60s',
  password_encryption: 'scram-sha-256',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  log_checkpoints: 'off',
  log_line_prefix: '',
};

/** The settings as command-line words, the given ones over the queue's own. */
export function settingArguments(port: number, overrides: ServerSettings = {}): string[] {
  const settings = { ...queueSettings, ...overrides, port: String(port) };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
