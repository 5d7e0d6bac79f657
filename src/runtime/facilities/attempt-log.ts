import { symbols } from 'pino';
import type { Logger } from '../../process/logger.ts';

/**
 * The same logger, whose lines and whose children's lines also go to `ship`, as the JSON texts that they are. It
 * swaps the stream of this one instance, which pino lets children inherit: an instance of its own for each attempt
 * would have to be configured anew each time.
 */
export function shipLines(log: Logger, ship: (line: string) => void): Logger {
  const shipped = log.child({});
  const stream: unknown = Reflect.get(log, symbols.streamSym);
  const write = (line: string) => {
    if (isStream(stream)) stream.write(line);
    ship(line);
  };
  Reflect.set(shipped, symbols.streamSym, { write });
  return shipped;
}

function isStream(stream: unknown): stream is { write(line: string): unknown } {
  return typeof stream === 'object' && stream !== null && 'write' in stream && typeof stream.write === 'function';
}
