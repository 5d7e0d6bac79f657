import type { Random } from '../chaos/random.ts';

export type Schema = Readonly<Record<string, any>>;

/** A value that fits a JSON schema of the OpenAPI document, within reason: patterns are filled from `known` names. */
export function fitting(schema: Schema, random: Random, known: Readonly<Record<string, string>>, name = ''): unknown {
  if ('const' in schema) return schema['const'];
  if (Array.isArray(schema['enum'])) return random.pick<unknown>(schema['enum']);
  const choices = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(choices)) return fitting(random.pick<Schema>(choices), random, known, name);
  if (Array.isArray(schema['allOf']))
    return Object.assign({}, ...schema['allOf'].map((part: Schema) => fitting(part, random, known, name)));
  switch (schema['type']) {
    case 'object':
      return object(schema, random, known);
    case 'array':
      return Array.from({ length: Math.max(schema['minItems'] ?? 0, random.between(0, 3)) }, () =>
        fitting(schema['items'] ?? {}, random, known, name.replace(/s$/, '')),
      );
    case 'integer':
    case 'number':
      return random.between(Math.max(schema['minimum'] ?? 0, -1e9), Math.min(schema['maximum'] ?? 100, 1e9));
    case 'boolean':
      return random.chance(0.5);
    case 'string':
      return text(schema, random, known, name);
    default:
      return random.pick<unknown>([1, 'x', null, { a: 1 }]);
  }
}

function object(schema: Schema, random: Random, known: Readonly<Record<string, string>>): Record<string, unknown> {
  const required = new Set<string>(schema['required'] ?? []);
  const properties: [string, Schema][] = Object.entries(schema['properties'] ?? {});
  return Object.fromEntries(
    properties
      .filter(([name]) => required.has(name) || random.chance(0.5))
      .map(([name, inside]) => [name, fitting(inside, random, known, name)]),
  );
}

function text(schema: Schema, random: Random, known: Readonly<Record<string, string>>, name: string): string {
  const value = known[name];
  if (value !== undefined && random.chance(0.8)) return value;
  if (schema['format'] === 'uuid') return known['jobId'] ?? '';
  if (schema['format'] === 'date-time') return new Date(1.8e12 + random.between(0, 1e9)).toISOString();
  return 'x'.repeat(Math.max(schema['minLength'] ?? 1, 1));
}
