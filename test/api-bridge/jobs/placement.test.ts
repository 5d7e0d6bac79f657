import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkEnqueue, toReadyJob } from '../../../src/api-bridge/jobs/check-enqueue.ts';
import { createCatalogue } from '../../../src/contract/catalogue/index.ts';
import { defineJob } from '../../../src/jobs/authoring.ts';

const payload = z.object({ tenant: z.object({ id: z.string() }), day: z.string().optional() });
const report = defineJob({
  name: 'mine.report',
  queue: 'reports',
  payload,
  priority: 7,
  // The payload is typed by the schema, also here.
  singletonKey: ({ tenant, day }) => (day === undefined ? undefined : `${tenant.id}/${day}`),
  group: 'tenant.id',
  execute: async () => undefined,
});
const catalogue = createCatalogue([report]);
const ready = (fields: object) => toReadyJob(checkEnqueue(catalogue, { name: 'mine.report', ...fields }), 'test');

describe('what a definition says of each of its jobs', () => {
  it('is taken from the payload', () => {
    const job = ready({ payload: { tenant: { id: 't1' }, day: '2026-11-21' } });
    expect(job).toMatchObject({ priority: 7, singletonKey: 't1/2026-11-21', group: 't1' });
  });

  it('is left out where the payload has no key', () => {
    const job = ready({ payload: { tenant: { id: '' } } });
    expect(job).not.toHaveProperty('singletonKey');
    expect(job).not.toHaveProperty('group');
  });

  it('gives way to what is said when the job is enqueued', () => {
    const said = { priority: -1, singletonKey: 'mine', group: 'other' };
    expect(ready({ payload: { tenant: { id: 't1' }, day: 'x' }, ...said })).toMatchObject(said);
  });

  it('stays storable however long the payload makes it', () => {
    const long = ready({ payload: { tenant: { id: 'x'.repeat(5_000) }, day: 'y' } });
    expect(long.group).toMatch(/^[0-9a-f]{64}$/);
    expect(long.singletonKey).toMatch(/^[0-9a-f]{64}$/);
    expect(long.singletonKey).not.toBe(long.group);
  });

  it('never fails an enqueue because the function throws', () => {
    const angry = defineJob({
      ...{ name: 'angry', queue: 'reports', payload: z.object({}) },
      singletonKey: () => {
        throw new Error('no');
      },
      execute: async () => undefined,
    });
    const checked = checkEnqueue(createCatalogue([angry]), { name: 'angry', payload: {} });
    expect(toReadyJob(checked, 'test')).not.toHaveProperty('singletonKey');
  });
});
