import type { IncomingMessage } from 'node:http';

export type BodyProblem = 'too_large' | 'too_slow' | 'broken_off';

/** Why a request's body could not be read. */
export class BodyFault extends Error {
  override readonly name = 'BodyFault';
  readonly problem: BodyProblem;
  constructor(problem: BodyProblem) {
    super(`the body is ${problem.replace('_', ' ')}`);
    this.problem = problem;
  }
}

/** A body that trickles in for longer than this holds a connection for nothing. */
const SLOWEST_MS = 30_000;

/** The whole body of a request, within a limit; announced lengths are refused before a byte is read. Throws BodyFault. */
export function readBytes(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return Promise.reject(new BodyFault('too_large'));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const fail = (problem: BodyProblem) => end(() => reject(new BodyFault(problem)));
    const timer = setTimeout(() => fail('too_slow'), SLOWEST_MS);
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limitBytes) fail('too_large');
      else chunks.push(chunk);
    };
    const onEnd = () => end(() => resolve(Buffer.concat(chunks, size)));
    const onBreak = () => fail('broken_off');
    request.on('data', onData).once('end', onEnd).once('error', onBreak).once('close', onBreak);

    function end(settle: () => void): void {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('error', onBreak).off('close', onBreak);
      settle();
    }
  });
}
