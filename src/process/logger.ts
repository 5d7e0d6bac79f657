import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';

export type Logger = PinoLogger;
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** Keys whose values never reach a log line, at the top and two levels down. */
const SECRET_KEYS = [
  'token',
  'secret',
  'password',
  'passwd',
  'credential',
  'api_key',
  'apiKey',
  'authorization',
  'cookie',
  'lease',
  'session_token',
];

const REDACTED = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

export type LoggerOptions = {
  readonly name: string;
  readonly level?: LogLevel;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly destination?: DestinationStream;
};

/** JSON lines with an ISO time and the process's name; secrets by key are replaced. */
export function createLogger({ name, level = 'info', fields = {}, destination }: LoggerOptions): Logger {
  const options = {
    name,
    level,
    base: fields,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: REDACTED, censor: '[REDACTED]' },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
