import type { JobView } from '../../contract/job.ts';

/** Nobody copies more by hand. */
const LONGEST = 6_000;

/** The same job from a shell, and as a case of a test: both to be copied. */
export function TakeAway({ job }: { job: JobView }) {
  const isLarge = job.payloadBytes !== undefined || JSON.stringify(job.payload ?? null).length > LONGEST;
  if (isLarge) return null;
  return (
    <>
      <Copyable title="Repeat it from a shell">{curlOf(job)}</Copyable>
      <Copyable title="As a test fixture">{fixtureOf(job)}</Copyable>
    </>
  );
}

function Copyable({ title, children }: { title: string; children: string }) {
  return (
    <details class="sp">
      <summary>{title}</summary>
      <button class="btn js" type="button" data-copy="">
        Copy
      </button>
      <pre tabindex={0}>{children}</pre>
    </details>
  );
}

/** Values that are hidden stay so; whoever runs it puts them in. */
function curlOf({ name, queue, priority, group, payload }: JobView): string {
  const body = {
    name,
    queue,
    ...(priority === 0 ? {} : { priority }),
    ...(group === undefined ? {} : { group }),
    payload,
  };
  const json = JSON.stringify(body, undefined, 2).replaceAll("'", `'\\''`);
  return [
    'curl -X POST "$BACKEND_API_URL/api/v1/jobs" \\',
    '  -H "Authorization: Bearer $PRODUCER_TOKEN" \\',
    '  -H "Content-Type: application/json" \\',
    `  -d '${json}'`,
  ].join('\n');
}

function fixtureOf(job: JobView): string {
  const error = job.attempts.at(-1)?.error?.message;
  const outcome =
    error === undefined
      ? 'expect((await runJob(job, payload)).output).toMatchObject({});'
      : `await expect(runJob(job, payload)).rejects.toThrow(${JSON.stringify(error.slice(0, 200))});`;
  return [
    `import { expect, it } from 'vitest';`,
    `import { runJob } from 'powernode-worker/testing';`,
    `import { job } from './${job.name.split('.').at(-1) ?? 'job'}.ts'; // the definition of ${job.name}`,
    '',
    `const payload = ${JSON.stringify(job.payload ?? {}, undefined, 2)};`,
    '',
    `it(${JSON.stringify(error === undefined ? `runs as job ${job.id} did` : `fails as job ${job.id} did`)}, async () => {`,
    `  ${outcome}`,
    '});',
  ].join('\n');
}
