// Loaded into the worker before anything else: tells every address that it connects to, and refuses PostgreSQL's.
import net from 'node:net';
import { appendFileSync } from 'node:fs';

const refused = Number(process.env.REFUSED_PORT);
const seen = process.env.CONNECTIONS_FILE;
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  const port = typeof options === 'object' ? options.port : options;
  appendFileSync(seen, `${options?.path ?? port}\n`);
  if (Number(port) !== refused) return connect.apply(this, args);
  process.nextTick(() => this.destroy(Object.assign(new Error('refused by the test'), { code: 'ECONNREFUSED' })));
  return this;
};
