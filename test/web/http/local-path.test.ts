import { expect, it } from 'vitest';
import { localPath } from '../../../src/web/http/local-path.ts';

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
