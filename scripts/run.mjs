// node scripts/run.mjs [--build] [--media] [--service] [program arguments…]
// Makes the clone ready, then runs the program in it. Without a program it only makes ready.
import { ensure } from './ensure.mjs';

const words = process.argv.slice(2);
const options = new Set();
while (/^--(?:build|media|service)$/.test(words[0] ?? '')) options.add(words.shift());

const variables = await ensure({ build: options.has('--build'), media: options.has('--media') });
if (words.length > 0) {
  const { runCommand } = await import('./steps/run-command.mjs');
  runCommand(words, { variables, isService: options.has('--service') });
}
