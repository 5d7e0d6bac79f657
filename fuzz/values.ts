import type { Random } from '../chaos/random.ts';

const LONG = 'x'.repeat(70_000);

/** What parsers, databases, logs and pages have stumbled over before. */
const TEXTS = [
  ...[
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\ud800',
    '\udfff',
    'é'.normalize('NFD'),
    '\u202e',
    '\ufeff',
    '\u{1f418}'.repeat(300),
    LONG,
  ],
  ...[
    "'",
    "';--",
    '"',
    '\\',
    '%00',
    '%',
    '%zz',
    '../../etc/passwd',
    '..\\..\\x',
    '/',
    '//',
    '.',
    '..',
    '${7*7}',
    '{{7*7}}',
  ],
  ...[
    '$1',
    ':x',
    '<script>',
    '\r\nx: y',
    '__proto__',
    'constructor',
    'toString',
    'NaN',
    'null',
    'undefined',
    'true',
    '-0',
    '1e999',
  ],
  ...[
    '0',
    '-1',
    '9007199254740993',
    '2026-02-30T00:00:00Z',
    '+275760-09-13T00:00:00.001Z',
    '0000-00-00',
    '99999-01-01T00:00:00Z',
  ],
  ...['* * * * *', '*/0 * * * *', '60 24 32 13 8', '0-59/999 * * * *', '@yearly', 'L * W # *', `${'*,'.repeat(5000)}*`],
  ...['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'Europe/Berlin', 'Mars/Olympus'],
];
const NUMBERS = [
  0,
  -0,
  1,
  -1,
  0.1,
  1e-320,
  1e308,
  -1e308,
  2 ** 31,
  2 ** 31 - 1,
  -(2 ** 31) - 1,
  2 ** 32,
  2 ** 53,
  2 ** 63,
  1e21,
];

export function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

/** Any JSON value, most often one that somebody forgot. */
export function hostileValue(random: Random): unknown {
  const kind = random.between(0, 9);
  if (kind <= 3) return random.pick(TEXTS);
  if (kind <= 5) return random.pick(NUMBERS);
  if (kind === 6) return random.pick([null, true, false, [], {}, [[]], [null], { '': '' }]);
  if (kind === 7) return deep(random.pick([3, 63, 64, 65, 500, 1500]));
  if (kind === 8) return Array.from({ length: random.pick([2, 1001, 20_000]) }, () => random.pick(TEXTS.slice(0, 5)));
  return JSON.parse(`{"__proto__": {"isAdmin": true}, "constructor": {"prototype": {}}, "a": ${random.between(0, 9)}}`);
}

export function hostileText(random: Random): string {
  return random.pick(TEXTS);
}

/** The value with one to three places of it changed: another value, a missing field, a strange one, one twice. */
export function mutate(value: unknown, random: Random): unknown {
  let mutated = value;
  for (let times = random.between(1, 3); times > 0; times -= 1) mutated = mutateOnce(mutated, random);
  return mutated;
}

function mutateOnce(value: unknown, random: Random): unknown {
  if (random.chance(0.25)) return hostileValue(random);
  if (Array.isArray(value)) {
    if (value.length === 0 || random.chance(0.3)) return [...value, hostileValue(random)];
    const at = random.between(0, value.length - 1);
    return value.map((each: unknown, index) => (index === at ? mutateOnce(each, random) : each));
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    if (entries.length === 0 || random.chance(0.2))
      return { ...value, [hostileText(random).slice(0, 300)]: hostileValue(random) };
    const [name, inside] = random.pick(entries);
    if (random.chance(0.15)) return Object.fromEntries(entries.filter(([key]) => key !== name));
    return { ...value, [name]: mutateOnce(inside, random) };
  }
  return hostileValue(random);
}
