import { Worker } from 'bullmq';
import { Redis } from 'ioredis';

// One process of BullMQ with 32 slots; finished jobs are removed at once, which is its quickest setting.
let told = false;
new Worker(
  'bench',
  async () => {
    if (!told) process.stdout.write('first\n');
    told = true;
  },
  {
    concurrency: 32,
    connection: new Redis(Number(process.argv[2]), { maxRetriesPerRequest: null }),
    removeOnComplete: { count: 0 },
  },
);
process.once('SIGTERM', () => process.exit(0));
