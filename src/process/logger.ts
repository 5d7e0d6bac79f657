import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { redactLine, redactSecrets } from './redact.ts';

export type Logger = PinoLogger;
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** What is bound to a logger, or stands in an error, is looked through by key: at the top and two levels down. */
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

/**
 * JSON lines with an ISO time and the process's name. The values of secret keys are replaced, in what is logged at any depth,
 * and so are tokens wherever they stand, also in the words of an error.
 */
export function createLogger({ name, level = 'info', fields = {}, destination }: LoggerOptions): Logger {
  const options = {
    name,
    level,
    base: fields,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }), log: redactSecrets<Record<string, unknown>> },
    redact: { paths: REDACTED, censor: '[REDACTED]' },
    hooks: { streamWrite: redactLine },
    // What hangs on an error, a client's configuration for instance, is looked through as everything else is.
    serializers: { err: (error: Error) => redactSecrets<object>({ ...pino.stdSerializers.err(error) }) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
