// npm run cli -- token | enqueue | jwks | config | migrate | doctor | audit | roles: each command lives in the room that may do its work.
const ownedByApi = ['migrate', 'doctor', 'audit', 'roles'];
const load = (path) => import(new URL(`../dist/${path}.js`, import.meta.url).href);

if (process.argv[2] === 'config') {
  const { reportConfig } = await import('./config.mjs');
  const { lines, isWell } = await reportConfig(load, process.env);
  process.stdout.write(`${lines.join('\n')}\n`);
  process.exitCode = isWell ? 0 : 1;
} else {
  await load(ownedByApi.includes(process.argv[2]) ? 'api-bridge/cli/main' : 'cli/main');
}
