import { once } from 'node:events';
import { connect } from 'node:net';
import { Agent, request } from 'undici';
import { createRandom, type Random } from '../chaos/random.ts';
import { makeKnown, type Known, type Target, type Tokens } from './known.ts';
import { operationsOf, requestOf, tokenFor, type FuzzRequest, type Operation } from './requests.ts';
import { malformedRequest } from './malformed.ts';

export type Finding = {
  readonly number: number;
  readonly title: string;
  readonly what: string;
  readonly request: string;
};
export type FuzzResult = {
  readonly sent: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
};

export type FuzzOptions = Target & {
  readonly seed: number;
  /** Whether to go on after so many requests. */
  readonly more: (sent: number) => boolean;
  readonly atOnce?: number;
};

const PATIENCE_MS = 15_000;
const KNOWN_FOR = 150;
/** Words of the inside that no answer may carry. */
const LEAKS = /node_modules|\bat async\b|\.[jt]s:\d+|syntax error at|relation "|pg_catalog|worker_api\.|violates/;

/** Sends seeded requests to every operation in turn and gives whatever was answered as it must never be. */
export async function runFuzz({ seed, more, atOnce = 6, ...target }: FuzzOptions): Promise<FuzzResult> {
  const document: unknown = await (await fetch(`${target.url}/api/v1/openapi.json`)).json();
  const operations = operationsOf(document);
  const agent = new Agent({ connections: atOnce });
  const statuses: Record<string, number> = {};
  const findings: Finding[] = [];
  let known: Promise<Known> = makeKnown(target);
  let sent = 0;

  async function one(number: number): Promise<void> {
    const random = createRandom(seed + number);
    const operation = operations[number % operations.length];
    if (operation === undefined) throw new Error('expected a document with operations');
    if (number % KNOWN_FOR === KNOWN_FOR - 1) known = makeKnown(target);
    const { names, tokens } = await known;
    if (random.chance(0.03)) {
      await malformed(number, random, operation, tokens);
      return;
    }
    const fuzzed = requestOf(operation, random, names, tokens);
    const note = (what: string) => findings.push({ number, title: operation.title, what, request: shown(fuzzed) });
    try {
      const { status, text } = await send(agent, target, fuzzed);
      statuses[status] = (statuses[status] ?? 0) + 1;
      for (const fault of faultsOf(status, text)) note(fault);
    } catch (error) {
      const reason = error instanceof Error ? `${error.name} ${error.message}` : String(error);
      // What the client itself will not send, and a body that the API had no reason to read to its end.
      if (!/InvalidArgument|invalid|EPIPE|ECONNRESET|other side closed/i.test(reason)) note(reason);
    }
  }

  async function malformed(number: number, random: Random, operation: Operation, tokens: Tokens) {
    const bytes = malformedRequest(random, operation.path, tokenFor(operation, random, tokens));
    const end = await answerTo(target, bytes);
    statuses[end] = (statuses[end] ?? 0) + 1;
    if (/^5/.test(end) || end === 'hang')
      findings.push({ number, title: 'malformed', what: end, request: bytes.toString('latin1').slice(0, 500) });
  }

  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (more(sent) && findings.length < 20) await one(sent++);
    }),
  );
  await agent.close();
  return { sent, statuses, findings };
}

async function send(agent: Agent, { url }: Target, fuzzed: FuzzRequest): Promise<{ status: number; text: string }> {
  const { statusCode, headers, body } = await request(`${url}/api/v1${fuzzed.path}`, {
    dispatcher: agent,
    method: fuzzed.method as 'GET',
    headers: fuzzed.headers,
    signal: AbortSignal.timeout(PATIENCE_MS),
    ...(fuzzed.body === undefined ? {} : { body: fuzzed.body }),
  });
  // A stream of events has no end to be waited for.
  if (String(headers['content-type']).startsWith('text/event-stream')) {
    body.on('error', () => undefined).destroy();
    return { status: statusCode, text: '' };
  }
  return { status: statusCode, text: await body.text() };
}

/** What is wrong with an answer, whatever was asked. */
export function faultsOf(status: number, text: string): string[] {
  const faults: string[] = [];
  if (status >= 500) faults.push(`answered ${status}: ${text.slice(0, 200)}`);
  if (status >= 400 && LEAKS.test(text)) faults.push(`told of its inside: ${text.slice(0, 300)}`);
  if (status >= 400 && status < 500) {
    const body: { success?: unknown; code?: unknown; error?: unknown } | undefined = parse(text);
    if (body?.success !== false || typeof body.code !== 'string' || typeof body.error !== 'string')
      faults.push(`answered ${status} without an envelope: ${text.slice(0, 200)}`);
  }
  return faults;
}

/** The status of the answer to raw bytes, `closed` when there was none, `hang` when nothing happened at all. */
async function answerTo({ url }: Target, bytes: Buffer): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
  await once(socket, 'connect');
  socket.end(bytes);
  const timer = setTimeout(() => socket.destroy(new Error('hang')), PATIENCE_MS);
  await once(socket, 'close').catch(() => undefined);
  clearTimeout(timer);
  return /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? (socket.errored?.message === 'hang' ? 'hang' : 'closed');
}

function parse(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function shown({ method, path, headers, body }: FuzzRequest): string {
  const { authorization: _, ...rest } = headers;
  return `${method} ${path.slice(0, 300)} ${JSON.stringify(rest).slice(0, 300)} ${body?.toString('utf8').slice(0, 400) ?? ''}`;
}
