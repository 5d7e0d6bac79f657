// node scripts/run.mjs [--build] [--media] [--secrets | --service-token] [--service] [program arguments…]
// Makes the clone ready, then runs the program in it. Without a program it only makes ready.
import { ensure } from './ensure.mjs';

const words = process.argv.slice(2);
const options = new Set();
while (/^--(?:build|media|secrets|service-token|service)$/.test(words[0] ?? '')) options.add(words.shift());

const has = (name) => options.has(`--${name}`);
const secrets = has('secrets') ? 'all' : has('service-token') ? 'service token' : 'none';
const variables = await ensure({ build: has('build'), media: has('media'), secrets });
if (words.length > 0) {
  const { runCommand } = await import('./steps/run-command.mjs');
  runCommand(words, { variables, isService: has('service') });
}
