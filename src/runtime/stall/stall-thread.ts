// Watches the event loop of the main thread from a thread of its own. When it stands still for a second, it asks the
// main thread's debugger once whose code is running; until then it costs the main thread ten counts a second.
import { writeSync } from 'node:fs';
import { Session, type Debugger } from 'node:inspector';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { BEAT_MS, RUNNING_ATTEMPT, STALLED_MS, stallReport, type StallReport } from './stall-report.ts';

/** A loop that stands this long may stand for ever, and the main thread would never say so. */
const HOPELESS_MS = 10_000;

type Found = Omit<StallReport, 'stalledMs'>;

function watch(beats: Int32Array): void {
  let seen = -1;
  let sinceMs = performance.now();
  let stall: { found: Found; told: boolean } | undefined;

  setInterval(() => {
    const beat = Atomics.load(beats, 0);
    const stalledMs = performance.now() - sinceMs;
    if (beat !== seen) {
      if (stall !== undefined) parentPort?.postMessage({ stalledMs: Math.round(stalledMs), ...stall.found });
      seen = beat;
      sinceMs = performance.now();
      stall = undefined;
    } else if (stall === undefined && stalledMs > STALLED_MS) {
      const current = { found: {}, told: false };
      stall = current;
      look(
        () => Atomics.load(beats, 0) === beat,
        (found) => (current.found = found),
      );
    } else if (stall !== undefined && !stall.told && stalledMs > HOPELESS_MS) {
      stall.told = true;
      // The main thread cannot log; its standard error can be written without it.
      writeSync(
        2,
        `${JSON.stringify({ level: 'error', msg: 'the event loop stands still', stalledMs, ...stall.found })}\n`,
      );
    }
  }, BEAT_MS);
}

/** Pauses the main thread for a moment to see where it is. `still`: it has not moved on since it was asked. */
function look(still: () => boolean, tell: (found: Found) => void): void {
  const session = new Session();
  session.connectToMainThread();
  const end = () => session.post('Debugger.resume', () => session.disconnect());
  const files = new Map<string, string>();
  session.on('Debugger.scriptParsed', ({ params }) => void files.set(params.scriptId, params.url));
  session.on('Debugger.paused', ({ params }) => {
    const [frame] = params.callFrames;
    if (frame === undefined || !still()) {
      end();
      return;
    }
    // Node's own frames on top say what was called; the line that calls it in a loop is below them, and only there is
    // the job's own context sure to be in force.
    const culprit = params.callFrames.find((each) => !isOwnOfNode(each, files)) ?? frame;
    const { callFrameId } = culprit;
    const expression = `JSON.stringify(globalThis[Symbol.for(${JSON.stringify(RUNNING_ATTEMPT)})]?.())`;
    session.post('Debugger.evaluateOnCallFrame', { callFrameId, expression }, (error, answer) => {
      const attempt = error === null ? attemptOf(answer.result.value) : undefined;
      if (still()) tell({ where: placeOf(culprit, files), ...(attempt === undefined ? {} : { attempt }) });
      end();
    });
  });
  session.post('Debugger.enable');
  session.post('Debugger.pause');
}

function attemptOf(json: unknown): StallReport['attempt'] {
  if (typeof json !== 'string') return undefined;
  const value: unknown = JSON.parse(json);
  return stallReport.shape.attempt.safeParse(value).data;
}

function isOwnOfNode({ location }: Debugger.CallFrame, files: ReadonlyMap<string, string>): boolean {
  return files.get(location.scriptId)?.startsWith('node:') ?? true;
}

function placeOf({ functionName, location }: Debugger.CallFrame, files: ReadonlyMap<string, string>): string {
  const file = files.get(location.scriptId) ?? '(unknown)';
  return `${functionName === '' ? '(anonymous)' : functionName} at ${file}:${location.lineNumber + 1}`;
}

const data = z.object({ beats: z.instanceof(SharedArrayBuffer) }).safeParse(workerData);
if (!isMainThread && data.success) watch(new Int32Array(data.data.beats));
