// Loaded before a program, it lets that program run with one seeded bug. The sources on disk have none of this.
import { registerHooks } from 'node:module';
import { readChaosEnv } from '../env.ts';
import { plantIn } from './bug.ts';
import { BUGS } from './catalogue.ts';

const { CHAOS_BUG: name } = readChaosEnv();
const bug = BUGS.find((each) => each.name === name);
if (bug === undefined) throw new Error(`CHAOS_BUG: expected one of ${BUGS.map((each) => each.name).join(', ')}`);

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(`/src/${bug.file}`)) return loaded;
    const text =
      typeof loaded.source === 'string' ? loaded.source : Buffer.from(loaded.source as Uint8Array).toString();
    return { ...loaded, source: plantIn(text, bug) };
  },
});
