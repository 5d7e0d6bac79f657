import { once } from 'node:events';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { removeOrphans } from '../../../../src/api-bridge/backend/files/storage-sweep.ts';
import { eventually, JPEG, keysIn, uploaded } from '../acting.ts';
import { openBridge, type Bridge, type BridgeOptions } from '../bridge.ts';
import { formOf } from '../caller.ts';

let bridge: Bridge;
const open = async (options?: BridgeOptions) => (bridge = await openBridge(options));
afterEach(async () => bridge.close());

const count = async (table: string) =>
  (await bridge.pool.query(`SELECT count(*)::int AS n FROM worker_api.${table}`)).rows[0].n;
const queued = async () =>
  (await bridge.pool.query(`SELECT count(*)::int AS n FROM pgboss.job WHERE name = 'file_processing'`)).rows[0].n;
const upload = () => bridge.call('POST', '/files/upload', { token: bridge.producer, body: formOf(JPEG, 'a.jpg') });

async function leftNothing(): Promise<void> {
  expect([await keysIn(bridge), await count('file_object'), await count('processing_job'), await queued()]).toEqual([
    [],
    0,
    0,
    0,
  ]);
}

/** An upload that promises more than it sends. */
function headOfUpload(field: string): string {
  return (
    `POST /api/v1/files/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${bridge.producer}\r\n` +
    `Content-Type: multipart/form-data; boundary=xyz\r\nContent-Length: 1000000\r\n\r\n` +
    `--xyz\r\nContent-Disposition: form-data; name="${field}"; filename="a.jpg"\r\n\r\n${'x'.repeat(200_000)}`
  );
}

/** Sends the head of an upload and half a file, and hangs up. */
async function hangUpInTheMiddle(): Promise<void> {
  const { hostname, port } = new URL(bridge.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(headOfUpload('file'));
  await eventually(async () => (await keysIn(bridge)).length > 0, 'bytes on their way');
  socket.destroy();
}

describe('an upload that does not come to its end', () => {
  it('leaves no row and no byte when the client hangs up', async () => {
    await open();
    await hangUpInTheMiddle();
    await eventually(async () => (await keysIn(bridge)).length === 0, 'storage to be empty again');
    await leftNothing();
  });

  it('is answered at once when it is wrong, although its sender has fallen silent', async () => {
    await open();
    const { hostname, port } = new URL(bridge.url);
    const socket = connect(Number(port), hostname);
    socket.write(headOfUpload('another'));
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toContain('HTTP/1.1 422');
    socket.destroy();
    await leftNothing();
  });

  it('leaves nothing when the job cannot be enqueued', async () => {
    await open({
      wrapEnqueue: (enqueueIn) => async (client, jobs) => {
        await enqueueIn(client, jobs);
        throw new Error('the queue broke');
      },
    });
    expect((await upload()).status).toBe(500);
    await leftNothing();
  });

  it('leaves nothing when PostgreSQL ends its connection', async () => {
    await open({
      wrapEnqueue: () => async (client) => {
        await client.query('SELECT pg_terminate_backend(pg_backend_pid())');
      },
    });
    const answer = await upload();
    expect([answer.status, answer.body.code]).toEqual([503, 'unavailable']);
    await leftNothing();
  });

  it('is retryable when the disk is full, and leaves nothing', async () => {
    await open({
      wrapStorage: (disk) => ({
        ...disk,
        write: (key, source, options) => disk.write(key, Readable.from(fullAfter(10, source)), options),
      }),
    });
    const answer = await upload();
    expect([answer.status, answer.body.code, answer.headers.get('retry-after')]).toEqual([503, 'unavailable', '5']);
    await leftNothing();
  });

  it('keeps its bytes while nobody knows whether its row was written', async () => {
    await open({
      wrapEnqueue: (enqueueIn) => async (client, jobs) => {
        await enqueueIn(client, jobs);
        // The commit itself fails, as it does when the server goes away while it commits.
        await client.query('CREATE TEMP TABLE t (a int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED) ON COMMIT DROP');
        await client.query('INSERT INTO t VALUES (1), (1)');
      },
    });
    expect((await upload()).status).toBe(500);
    expect(await keysIn(bridge)).toHaveLength(1);
    expect(await removeOrphans(bridge)).toBe(0);
    expect(await removeOrphans(bridge, undefined, 0)).toBe(1);
    await leftNothing();
  });

  it('is swept when the process was killed between storing and recording', async () => {
    await open();
    const { file } = await uploaded(bridge);
    await bridge.storage.write('uploads/aa/lost', Readable.from([Buffer.from('lost')]), { limitBytes: 10 });
    expect(await removeOrphans(bridge)).toBe(0);
    expect(await removeOrphans(bridge, undefined, 0)).toBe(1);
    expect(await keysIn(bridge)).toEqual([file.storage_key]);
  });
});

describe('1,000 uploads at once', () => {
  it('all end with their row, their jobs and their bytes', async () => {
    await open();
    const answers = await Promise.all(Array.from({ length: 1_000 }, upload));
    expect(answers.filter((answer) => answer.status !== 201)).toEqual([]);
    expect(new Set(answers.map((answer) => answer.body.data.file.id)).size).toBe(1_000);
    expect([await count('file_object'), await count('processing_job'), await queued()]).toEqual([1_000, 2_000, 2_000]);
    const keys = answers.map((answer) => answer.body.data.file.storage_key).sort();
    expect(await keysIn(bridge)).toEqual(keys);
  }, 120_000);
});

/** Lets some bytes through, then fails as a full disk does. */
async function* fullAfter(bytes: number, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    yield chunk.subarray(0, bytes);
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  }
}
