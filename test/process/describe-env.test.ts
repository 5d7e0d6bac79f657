import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { describeVariables, type KeptSecrets } from '../../src/process/describe-env.ts';
import { publicKeySet } from '../../src/process/public-keys.ts';
import { publicJwkOf } from '../../src/process/signing-key.ts';

const schema = z.object({
  PORT: z.coerce.number().int().default(3000),
  DATABASE_URL: z.string().optional(),
  SERVICE_TOKEN: z.string().min(8, 'expected 8 characters').optional(),
  SERVICE_TOKEN_PRIVATE_KEY: z.string().optional(),
  TOKEN_ROTATED_AT: z.iso
    .datetime()
    .transform((text) => new Date(text))
    .optional(),
  TOKEN_JWKS: publicKeySet.optional(),
  QUEUES: z
    .string()
    .transform((text) => text.split(','))
    .default(['a', 'b']),
  NAME: z.string().default(() => crypto.randomUUID()),
  NEEDED: z.string('expected a value, got nothing'),
});
const report = (source: Record<string, string>, kept?: KeptSecrets) =>
  new Map(describeVariables(schema, source, kept).map(({ name, ...rest }) => [name, rest]));

test('each value says where it comes from, and an empty variable is unset', () => {
  const found = report({ PORT: '', QUEUES: 'x,y', NEEDED: 'n' });
  expect(found.get('PORT')).toEqual({ value: '3000', source: 'default' });
  expect(found.get('QUEUES')).toEqual({ value: 'x, y', source: 'environment' });
  expect(found.get('DATABASE_URL')).toEqual({ value: '', source: 'unset' });
  expect(found.get('NAME')).toMatchObject({ source: 'generated' });
  expect(report({}).get('NEEDED')).toMatchObject({ source: 'unset', fault: 'expected a value, got nothing' });
});

test('a secret that was made at the first start is told apart from one that was given', () => {
  const kept = { SERVICE_TOKEN: 'made at the first start' };
  expect(report({}, kept).get('SERVICE_TOKEN')).toEqual({ value: '********', source: 'generated' });
  expect(report({ SERVICE_TOKEN: kept.SERVICE_TOKEN }, kept).get('SERVICE_TOKEN')?.source).toBe('generated');
  expect(report({ SERVICE_TOKEN: 'given by somebody' }, kept).get('SERVICE_TOKEN')?.source).toBe('environment');
});

test('no secret is ever printed, wherever it was put', () => {
  const key = generateKeyPairSync('ed25519').privateKey;
  const leaked = JSON.stringify({ keys: [{ ...key.export({ format: 'jwk' }), note: 'hush-hush' }] });
  const found = report({
    DATABASE_URL: 'postgres://app:hush-hush@db/x?password=hush-hush&sslmode=require',
    SERVICE_TOKEN: 'hush-hush',
    SERVICE_TOKEN_PRIVATE_KEY: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    TOKEN_JWKS: leaked,
    PORT: 'hush-hush',
  });
  const printed = JSON.stringify([...found]);
  expect(printed).not.toMatch(/hush|PRIVATE KEY-/);
  expect(found.get('DATABASE_URL')?.value).toMatch(/^postgres:\/\/app:\*+@db\/x\?password=.*sslmode=require$/);
  expect(found.get('PORT')).toMatchObject({ value: '(not shown)', fault: expect.stringContaining('number') });
  expect(report({ SERVICE_TOKEN: 'hush' }).get('SERVICE_TOKEN')).toMatchObject({ fault: 'expected 8 characters' });
});

test('what is named like a secret and is none is shown', () => {
  const jwk = { ...publicJwkOf({ kid: 'w1', privateKey: generateKeyPairSync('ed25519').privateKey }) };
  const found = report({
    SERVICE_TOKEN_PRIVATE_KEY: import.meta.filename,
    TOKEN_ROTATED_AT: '2026-01-31T12:00:00Z',
    TOKEN_JWKS: JSON.stringify({ keys: [jwk] }),
  });
  expect(found.get('SERVICE_TOKEN_PRIVATE_KEY')?.value).toBe(import.meta.filename);
  expect(found.get('TOKEN_ROTATED_AT')?.value).toBe('2026-01-31T12:00:00.000Z');
  expect(found.get('TOKEN_JWKS')?.value).toBe('w1');
});
