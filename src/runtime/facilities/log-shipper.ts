import { LIMITS } from '../../contract/limits.ts';
import { BridgeCallError } from '../../process/bridge-error.ts';
import { redactLine } from '../../process/redact.ts';
import { sleep } from '../../process/sleep.ts';
import { storableText } from '../stored-failure.ts';

export type LogChunk = { readonly sequence: number; readonly lines: string[] };

export type LogShipper = {
  /** Takes a line, at once and in memory. Once too many wait, the oldest give way, and a line says how many. */
  push(line: string): void;
  /** Ships what is left, within a bound time, and takes no more. Never rejects. */
  close(): Promise<void>;
};

type Deps = {
  readonly send: (chunk: LogChunk, timeoutMs: number) => Promise<unknown>;
  readonly flushMs?: number;
  readonly closeMs?: number;
};

const FLUSH_MS = 1_000;
const CLOSE_MS = 1_500;
const CALL_MS = 5_000;
const LINE_CHARACTERS = 8_000;
const MOST_LINES = LIMITS.logChunkLines;
const MOST_CHARACTERS = 256 * 1024;

/**
 * Ships the lines of one attempt about once a second, and before the attempt settles. Lines that the API does not take
 * are lost, never the job: an attempt that logs nothing costs no call, and one that cannot ship waits for at most `closeMs`.
 */
export function createLogShipper({ send, flushMs = FLUSH_MS, closeMs = CLOSE_MS }: Deps): LogShipper {
  let line: string[] = [];
  let characters = 0;
  let dropped = 0;
  let sequence = 0;
  let unanswered: LogChunk | undefined;
  let timer: NodeJS.Timeout | undefined;
  let shipping: Promise<void> | undefined;
  let closed = false;

  function takeChunk(): LogChunk | undefined {
    if (line.length === 0) return undefined;
    const lost = dropped === 0 ? [] : [JSON.stringify({ level: 'warn', msg: `${dropped} lines were dropped here` })];
    const lines = [...lost, ...line].slice(0, LIMITS.logChunkLines);
    [line, characters, dropped] = [[], 0, 0];
    return { sequence: sequence++, lines };
  }

  async function ship(timeoutMs: number): Promise<void> {
    unanswered ??= takeChunk();
    if (unanswered === undefined) return;
    try {
      await send(unanswered, timeoutMs);
      unanswered = undefined;
    } catch (error) {
      // Refused for good, e.g. because the attempt is over: the same lines would be refused again.
      if (error instanceof BridgeCallError && !error.retryable) unanswered = undefined;
    }
  }

  function shipOnce(timeoutMs: number): Promise<void> {
    shipping ??= ship(timeoutMs).finally(() => {
      shipping = undefined;
      if (!closed && (line.length > 0 || unanswered !== undefined)) arm();
    });
    return shipping;
  }

  function arm(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      void shipOnce(CALL_MS);
    }, flushMs);
    timer.unref();
  }

  async function shipTheRest(): Promise<void> {
    await shipping;
    await shipOnce(closeMs);
    if (unanswered === undefined) await shipOnce(closeMs);
  }

  return {
    push(raw) {
      if (closed) return;
      const fit = storableText(redactLine(raw.trimEnd()), LINE_CHARACTERS);
      line.push(fit);
      characters += fit.length;
      while (line.length > MOST_LINES - 1 || characters > MOST_CHARACTERS) {
        characters -= line.shift()?.length ?? 0;
        dropped += 1;
      }
      arm();
    },
    async close() {
      if (closed) return;
      closed = true;
      clearTimeout(timer);
      if (line.length === 0 && unanswered === undefined && shipping === undefined) return;
      await Promise.race([shipTheRest(), sleep(closeMs)]);
    },
  };
}
