// A user's own backend beside the API: it uploads a photo, then places two orders for it. The first one's payment is
// refused, and its transaction takes the job with it; the second one commits, and a worker takes its job. What the job
// is for, the thumbnails, is there by then, and the job says so instead of making them twice.
import { Pool } from 'pg';
import { createBridge } from './bridge.ts';
import { readShopEnv } from './env.ts';
import { look, openShop, placeOrder, type Order } from './shop.ts';

const env = await readShopEnv();
const bridge = createBridge(env);
const pool = new Pool({ connectionString: env.databaseUrl, max: 2 });
try {
  await openShop(pool);
  const photo = await bridge.upload('examples/samples/photo-on-its-side.jpg');
  console.log(`uploaded a photo, and its thumbnails are made: file ${photo.fileId}`);

  let refused: Order | undefined;
  await placeOrder(pool, photo, async (order) => {
    refused = order;
    throw new Error('the card was refused');
  }).catch((error: unknown) => console.log(`rolled back: ${error instanceof Error ? error.message : String(error)}`));
  if (refused !== undefined) console.log(`  order ${refused.id}: ${tell(await look(pool, refused))}`);

  const placed = await placeOrder(pool, photo, async () => undefined);
  console.log(`committed\n  order ${placed.id}: ${tell(await look(pool, placed))}`);
  const { state, attempts, output } = await bridge.outcome(placed.jobQueue, placed.jobId);
  console.log(`job ${placed.jobId}: ${state} by ${attempts.at(-1)?.workerId ?? 'nobody'}, ${JSON.stringify(output)}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await pool.end();
}

function tell({ row, job }: { row: boolean; job: boolean }): string {
  return `its row ${row ? 'is there' : 'is not there'}, its job ${job ? 'is there' : 'is not there'}`;
}
