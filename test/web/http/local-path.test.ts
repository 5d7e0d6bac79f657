import { expect, it } from 'vitest';
import { localPath } from '../../../src/web/http/local-path.ts';
import { jobsHref, readFilter } from '../../../src/web/jobs/job-filter.ts';

it.each(['/jobs', '/jobs?state=failed&name=a%20b', '/workers#w1'])('leads on to %s', (path) => {
  expect(localPath(path, '/overview')).toBe(path.replace(/#.*/, ''));
});

it.each([
  undefined,
  7,
  '',
  'jobs',
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  '/a b',
  '/ü',
  `/${'x'.repeat(3000)}`,
  'https://evil.example/',
  '/..//evil.example',
])('does not lead to %s', (path) => {
  const led = localPath(path, '/overview');
  expect(new URL(led, 'http://here').host).toBe('here');
  expect(led).toMatch(/^\/(?!\/)/);
});

it('keeps a list in its address, and starts at the first page when a filter changes', () => {
  const filter = readFilter({ state: 'failed', queue: 'a&b=c', name: ' x ', cursor: 'c', limit: '9' });
  expect(filter).toEqual({ state: 'failed', queue: 'a&b=c', name: 'x', cursor: 'c' });
  expect(jobsHref(filter, { state: null })).toBe('/jobs?queue=a%26b%3Dc&name=x');
  expect(jobsHref(filter, { cursor: 'd' })).toContain('cursor=d');
  expect(readFilter({ state: 'asleep', name: ' ', queue: 'x'.repeat(999) })).toEqual({});
});
