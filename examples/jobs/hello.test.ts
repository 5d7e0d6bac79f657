import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runJob } from 'powernode-worker/testing';
import { hello } from './hello.ts';

test('greets whom it is told to', async () => {
  const { output, progress, logs } = await runJob(hello, { who: 'world' });
  assert.deepEqual(output, { greeting: 'Hello, world' });
  assert.deepEqual(progress, [{ percent: 50, message: 'thinking' }]);
  assert.equal(logs[0]?.['who'], 'world');
});

test('is refused a payload that its schema refuses', async () => {
  await assert.rejects(runJob(hello, { who: '' }), { code: 'invalid_payload' });
});
