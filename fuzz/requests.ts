import { gzipSync } from 'node:zlib';
import type { Random } from '../chaos/random.ts';
import { deep, hostileText, mutate } from './values.ts';
import type { Tokens } from './known.ts';
import { fitting, type Schema } from './shapes.ts';

export type Operation = {
  readonly title: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly { name: string; in: string; schema: Schema }[];
  /** The kinds of token that open it. */
  readonly openers: readonly string[];
  readonly content: Readonly<Record<string, { schema: Schema }>>;
};

export type FuzzRequest = {
  readonly method: string;
  /** Below /api/v1, as it goes over the wire. */
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: Buffer;
};

/** Every operation of an OpenAPI document. */
export function operationsOf(document: any): Operation[] {
  return Object.entries<Record<string, any>>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      title: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      parameters: operation.parameters ?? [],
      openers: operation['x-token-types'] ?? [],
      content: operation.requestBody?.content ?? {},
    })),
  );
}

/** One request to an operation: sometimes as it should be, mostly with something wrong in its path, query, headers or body. */
export function requestOf(
  operation: Operation,
  random: Random,
  known: Readonly<Record<string, string>>,
  tokens: Tokens,
): FuzzRequest {
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = known[`${operation.path.split('/')[1] ?? ''}.${name}`] ?? known[name] ?? 'x';
    return random.chance(0.15) ? pathText(random) : encodeURIComponent(value);
  });
  const query = operation.parameters
    .filter((parameter) => parameter.in === 'query' && random.chance(0.5))
    .map(({ name, schema }) => {
      const value = random.chance(0.5)
        ? hostileText(random).slice(0, 2000)
        : patient(name, fitting(schema, random, known, name));
      return `${encodeURIComponent(name)}=${encodeURIComponent(String(value).toWellFormed())}`;
    });
  const headers: Record<string, string> = { authorization: `Bearer ${tokenFor(operation, random, tokens)}` };
  if (random.chance(0.05)) headers['idempotency-key'] = headerText(random);
  if (random.chance(0.05)) headers['range'] = random.pick(RANGES);
  if (random.chance(0.05)) headers['traceparent'] = headerText(random);
  const body = bodyOf(operation, random, known, headers);
  return {
    method: operation.method,
    path: query.length === 0 ? path : `${path}?${query.join('&')}`,
    headers,
    ...(body === undefined ? {} : { body }),
  };
}

/** Mostly one that opens the operation, so that the request gets past the door. */
export function tokenFor({ openers }: Operation, random: Random, tokens: Tokens): string {
  const right = tokens[openers.length === 0 ? 'worker' : random.pick(openers)];
  return right !== undefined && random.chance(0.93) ? right : random.pick(Object.values(tokens));
}

const RANGES = [
  'bytes=0-',
  'bytes=-1',
  'bytes=5-2',
  'bytes=0-0,2-3',
  'bytes=-',
  'bytes=99999999999999999999-',
  'bytes=0-18446744073709551616',
  'bytes=a-b',
  'lines=1-2',
  'bytes= 0 - 1',
  `bytes=${'0-1,'.repeat(500)}0-1`,
  'bytes=--1',
  '',
];

function bodyOf(
  { content }: Operation,
  random: Random,
  known: Readonly<Record<string, string>>,
  headers: Record<string, string>,
): Buffer | undefined {
  const json = content['application/json'];
  if ('multipart/form-data' in content) return multipart(random, headers);
  if (json === undefined) {
    if (!('application/octet-stream' in content) && random.chance(0.9)) return undefined;
    headers['content-type'] = random.pick(['text/plain', 'image/png', 'application/octet-stream', '', 'x']);
    return Buffer.alloc(random.pick([0, 1, 5000]), 'a');
  }
  headers['content-type'] = random.chance(0.95)
    ? 'application/json'
    : random.pick(['text/json', 'application/json; charset=utf-16', 'a/b', '']);
  const fits = fitting(json.schema, random, known);
  const value = patientBody(random.chance(0.2) ? fits : mutate(fits, random));
  const bytes = Buffer.from(JSON.stringify(value));
  return random.chance(0.06) ? spoil(bytes, random, headers) : bytes;
}

/** JSON as nobody writes it: cut off, twice, in other encodings, with a key twice, compressed without saying so. */
function spoil(bytes: Buffer, random: Random, headers: Record<string, string>): Buffer {
  switch (random.between(0, 6)) {
    case 0:
      return bytes.subarray(0, random.between(0, bytes.length));
    case 1:
      return Buffer.concat([bytes, bytes]);
    case 2:
      return Buffer.from(bytes.toString('utf8'), 'utf16le');
    case 3:
      return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]);
    case 4:
      headers['content-encoding'] = random.pick(['gzip', 'br', 'identity', 'x']);
      return gzipSync(bytes);
    case 5: {
      const at = random.between(0, Math.max(0, bytes.length - 1));
      bytes[at] = random.between(0, 255);
      return bytes;
    }
    default:
      return Buffer.from(`{"name":1,"name":${JSON.stringify(deep(3))},"name":"x"}`);
  }
}

function multipart(random: Random, headers: Record<string, string>): Buffer {
  const boundary = random.chance(0.9) ? 'edge' : random.pick(['', '"', 'x'.repeat(300), 'ä']);
  const shown = random.chance(0.9) ? boundary : 'other';
  headers['content-type'] = `multipart/form-data; boundary=${Buffer.from(shown).toString('latin1')}`;
  const name = random.chance(0.7) ? 'file' : hostileText(random).slice(0, 200);
  const filename = random.chance(0.5) ? 'a.png' : hostileText(random).slice(0, 2000);
  const parts = Array.from({ length: random.pick([0, 1, 1, 1, 2, 40]) }, () =>
    [
      `--${boundary}`,
      random.chance(0.95)
        ? `content-disposition: form-data; name="${name}"; filename="${filename}"`
        : `content-disposition: ${hostileText(random).slice(0, 200)}`,
      `content-type: ${random.pick(['image/png', 'a', '', 'text/html; x="', 'application/zip'])}`,
      '',
      random.pick([
        '\x89PNG\r\n\x1a\n',
        'PK\x03\x04',
        'GIF89a',
        '%PDF-1.4',
        '<svg/>',
        '',
        hostileText(random).slice(0, 100),
      ]),
    ].join('\r\n'),
  );
  const end = random.chance(0.9) ? `\r\n--${boundary}--\r\n` : '';
  return Buffer.from(`${parts.join('\r\n')}${end}`, 'utf8');
}

function pathText(random: Random): string {
  const text = hostileText(random).slice(0, 3000).toWellFormed();
  return random.chance(0.8)
    ? encodeURIComponent(text)
    : random.pick(['%00', '%', '%2e%2e', '%ff', '%2f', ';', 'a%0d%0ab', '~', '*']);
}

function headerText(random: Random): string {
  return hostileText(random)
    .replace(/[^\x20-\x7e]/g, '')
    .slice(0, 4000);
}

/** A claim or a look for signals is told not to wait: a parked request is no hang. */
function patient(name: string, value: unknown): unknown {
  return name === 'waitSeconds' && typeof value === 'number' && value > 0 ? 0 : value;
}

function patientBody(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inside]: [string, unknown]) => [name, patient(name, inside)]),
  );
}
