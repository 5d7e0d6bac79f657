// Serves /health/ready on the port it is given, says so, and lives until it is told otherwise: `… <port> [last words]`.
import { createServer } from 'node:http';

const { TALK_PORT = '0', LAST_WORDS } = process.env;
if (LAST_WORDS !== undefined) {
  console.log(LAST_WORDS);
  process.exit(7);
}
process.on('SIGTERM', () => {
  console.log(JSON.stringify({ level: 'info', msg: 'drained' }));
  process.exit(0);
});
createServer((_request, response) => response.end('ok')).listen(Number(TALK_PORT), '127.0.0.1', () =>
  console.log('up'),
);
