import { Queue } from 'bullmq';
import { Redis } from 'ioredis';

// Empties the queue and puts so many jobs into it.
const [port, jobs] = process.argv.slice(2).map(Number);
const queue = new Queue('bench', { connection: new Redis(port, { maxRetriesPerRequest: null }) });
await queue.obliterate({ force: true });
for (let done = 0; done < jobs; done += 1000) {
  await queue.addBulk(Array.from({ length: Math.min(1000, jobs - done) }, (_, n) => ({ name: 'noop', data: { n } })));
}
process.exit(0);
