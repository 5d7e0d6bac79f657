// npm run cli -- token | enqueue | migrate | doctor: each command lives in the room that may do its work.
const ownedByApi = ['migrate', 'doctor'];

const room = ownedByApi.includes(process.argv[2]) ? 'api-bridge/cli' : 'cli';
await import(new URL(`../dist/${room}/main.js`, import.meta.url).href);
