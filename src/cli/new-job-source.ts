export type NewJob = {
  readonly name: string;
  readonly queue: string;
  readonly file: string;
  readonly constant: string;
};

/** A job that runs as it is, and shows where things go. */
export function jobSource({ name, queue, constant }: NewJob): string {
  return `import { z } from 'zod';
import { defineJob } from 'powernode-worker/jobs';

export const ${constant} = defineJob({
  name: '${name}',
  queue: '${queue}',
  payload: z.object({ who: z.string().min(1) }),
  async execute(ctx, { who }) {
    ctx.log.info({ who }, 'greeting');
    // A step is done once, however many attempts the job takes.
    const greeting = await ctx.step.run('greet', async () => \`Hello, \${who}\`);
    ctx.progress(100, 'greeted');
    return { greeting };
  },
});
`;
}

/** Its test, which needs neither the API nor a worker. */
export function jobTestSource({ name, file, constant }: NewJob): string {
  return `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runJob } from 'powernode-worker/testing';
import { ${constant} } from './${file}.ts';

test('${name} greets whom it is told to', async () => {
  const { output, progress } = await runJob(${constant}, { who: 'world' });
  assert.deepEqual(output, { greeting: 'Hello, world' });
  assert.deepEqual(progress, [{ percent: 100, message: 'greeted' }]);
});

test('${name} refuses a payload that its schema refuses', async () => {
  await assert.rejects(runJob(${constant}, { who: '' }), { code: 'invalid_payload' });
});
`;
}
