import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { JobError } from '../errors.ts';
import { watchDeadline } from './deadline.ts';
import type { Guard } from './guard.ts';
import { killGroup } from './process-group.ts';
import { limitArguments, type ResourceLimits } from './resource-limits.ts';

export type Launch = {
  readonly program: string;
  readonly args: readonly string[];
  readonly limits: ResourceLimits;
  readonly deadlineMs: number;
  /** More than this on stdout ends the program; of stderr the first part is kept. */
  readonly outputBytes: number;
  readonly signal: AbortSignal;
};

export type Launched = { readonly code: number | null; readonly signal: string | null } & {
  readonly stdout: string;
  readonly stderr: string;
};

/**
 * Runs a program to its end under limits, in a process group of its own, with no stdin and a small environment. At
 * the deadline or the abort the whole group is killed, and the promise rejects only after it is gone. A program that
 * ends by itself resolves, whatever its code.
 */
export async function launch(guard: Guard, request: Launch): Promise<Launched> {
  request.signal.throwIfAborted();
  const { program, args, limits } = request;
  const dies = guard.diesWithParent ? 'yes' : 'no';
  const child = spawn(guard.limited, [...limitArguments(limits), dies, program, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = () => {
    if (child.pid !== undefined) killGroup(child.pid);
  };
  const watch = watchDeadline(program, request.deadlineMs, request.signal, stop);
  const overflow = { seen: false };
  const stdout = keep(child.stdout, request.outputBytes, () => {
    overflow.seen = true;
    stop();
  });
  const stderr = keep(child.stderr, request.outputBytes, () => undefined);
  try {
    const end = await new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
      child.once('error', reject);
      // A grandchild may hold the pipes open when its parent is done; nothing of the group outlives the program.
      child.once('exit', stop);
      child.once('close', (code, signal) => resolve({ code, signal }));
    });
    if (watch.reason() !== undefined) throw watch.reason();
    if (overflow.seen) {
      throw new JobError(`${program} printed more than ${request.outputBytes} bytes`, {
        code: 'tool_output_too_large',
      });
    }
    return { ...end, stdout: stdout(), stderr: stderr() };
  } finally {
    watch.done();
  }
}

/** Keeps the first bytes of a stream, reads on past them, and tells when there were more. */
function keep(stream: Readable, limitBytes: number, onOverflow: () => void): () => string {
  const chunks: Buffer[] = [];
  let kept = 0;
  stream.on('data', (chunk: Buffer) => {
    const room = limitBytes - kept;
    if (chunk.length > room) onOverflow();
    if (room <= 0) return;
    chunks.push(chunk.subarray(0, room));
    kept += Math.min(room, chunk.length);
  });
  return () => Buffer.concat(chunks).toString('utf8');
}
