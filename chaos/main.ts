import { parseArgs } from 'node:util';
import { runBugs } from './run/bugs.ts';
import { runChaos } from './run/chaos.ts';
import { runPolls } from './run/polls.ts';
import { runRolling } from './run/rolling.ts';

/** `npm run chaos -- --minutes 5 --seed 7 --jobs 100000`; README.md names the other forms. */
async function main(args: string[]): Promise<boolean> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      minutes: { type: 'string', default: '5' },
      seed: { type: 'string', default: '7' },
      jobs: { type: 'string', default: '100000' },
      rounds: { type: 'string', default: '10' },
      rate: { type: 'string', default: '300' },
      polls: { type: 'string', default: '10000' },
      workers: { type: 'string', default: '8' },
    },
  });
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const number = (name: keyof typeof values) => {
    const value = Number(values[name]);
    if (!(value > 0)) throw new Error(`--${name}: expected a number above 0, got ${values[name]}`);
    return value;
  };
  const [form, ...names] = positionals;
  if (form === 'bugs') return await runBugs(names, say);
  if (form === 'polls') return await runPolls({ polls: number('polls'), seed: number('seed') }, say);
  if (form === 'rolling')
    return await runRolling({ rounds: number('rounds'), rate: number('rate'), seed: number('seed') }, say);
  if (form !== undefined) throw new Error(`expected nothing, bugs, polls or rolling, got ${form}`);
  const workers = Math.max(2, number('workers'));
  return await runChaos(
    { minutes: number('minutes'), seed: number('seed'), jobs: number('jobs'), scripted: workers - 2, real: 2 },
    say,
  );
}

process.exit((await main(process.argv.slice(2))) ? 0 : 1);
