// Owns a data folder until it is killed: `node owner-program.ts <data folder> <orphans | ends with me>`.
import { startEmbeddedPostgres } from '../../../src/api-bridge/embedded/start-embedded-postgres.ts';
import { defaultWays } from '../../../src/api-bridge/embedded/run-as.ts';

const [dataDir = '', fate] = process.argv.slice(2);
const ways = (await defaultWays(dataDir)).filter(
  (way) => way.wrapper.includes('--pdeathsig') === (fate === 'ends with me'),
);
process.on('uncaughtException', (error) => {
  console.error(error.message);
  process.exit(1);
});
const postgres = await startEmbeddedPostgres({ dataDir, ways, settings: { fsync: 'off' } });
console.log(JSON.stringify({ url: postgres.url, pid: postgres.pid() }));
setInterval(() => undefined, 60_000);
