import { listSteps, putStep } from '../../contract/routes/attempt-plane.ts';
import { toJsonValue, type JobStep, type RecordedStep } from '../../jobs/index.ts';
import type { AttemptCalls } from './attempt-calls.ts';
import { assertName } from './names.ts';

export type Steps = { readonly step: JobStep; steps(): Promise<readonly RecordedStep[]> };

const NAME_CHARACTERS = 200;

/** Recorded steps of one job. What earlier attempts recorded is read once, when the first step is asked for. */
export function createSteps({ calls, jobId }: { readonly calls: AttemptCalls; readonly jobId: string }): Steps {
  let reading: Promise<Map<string, RecordedStep>> | undefined;
  const underWay = new Map<string, Promise<unknown>>();

  async function read(): Promise<Map<string, RecordedStep>> {
    const { steps } = await calls.call(listSteps, { params: { id: jobId } }, 'repeatable');
    return new Map(steps.map((step) => [step.name, { ...step, recordedAt: new Date(step.recordedAt) }]));
  }

  async function known(): Promise<Map<string, RecordedStep>> {
    reading ??= read();
    try {
      return await reading;
    } catch (error) {
      reading = undefined;
      throw error;
    }
  }

  async function runOnce(name: string, work: () => Promise<unknown>): Promise<unknown> {
    const recorded = await known();
    const earlier = recorded.get(name);
    if (earlier !== undefined) return earlier.value;
    const value = toJsonValue(await work(), `step ${name}`);
    const { step } = await calls.call(putStep, { params: { id: jobId, name }, body: { value } }, 'repeatable');
    recorded.set(name, { ...step, recordedAt: new Date(step.recordedAt) });
    return step.value;
  }

  return {
    steps: async () => [...(await known()).values()],
    step: {
      async run(name, work) {
        assertName('step', name, NAME_CHARACTERS);
        const running = underWay.get(name) ?? runOnce(name, work).finally(() => underWay.delete(name));
        underWay.set(name, running);
        return recordedAs(await running);
      },
    },
  };
}

function recordedAs<Value>(value: unknown): Value {
  // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- the author says what was recorded here before
  return value as Value;
}
