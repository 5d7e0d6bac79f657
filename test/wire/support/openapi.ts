type Schema = Record<string, any>;

export type Operation = {
  /** e.g. `POST /workers/{id}/claim` */
  title: string;
  method: string;
  path: string;
  /** The schema of its JSON body, or undefined when it takes none. */
  body: Schema | undefined;
  bodyRequired: boolean;
  query: string[];
};

/** Every operation that the OpenAPI document names. */
export function operationsOf(document: any): Operation[] {
  return Object.entries<Record<string, any>>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const body = operation['requestBody'];
      return {
        title: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        body: body?.content?.['application/json']?.schema,
        bodyRequired: body?.required === true,
        query: (operation['parameters'] ?? [])
          .filter((parameter: any) => parameter.in === 'query')
          .map((parameter: any) => parameter.name),
      };
    }),
  );
}

/** The least value that fits a schema; good enough to get past the checks that a hostile neighbour field then meets. */
export function sampleOf(document: any, schema: Schema): any {
  if (typeof schema['$ref'] === 'string') return sampleOf(document, lookUp(document, schema['$ref']));
  if ('const' in schema) return schema['const'];
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  if ('default' in schema) return schema['default'];
  const choice = schema['anyOf'] ?? schema['oneOf'] ?? schema['allOf'];
  if (Array.isArray(choice)) return sampleOf(document, choice[0]);
  if (schema['type'] === 'object') {
    const required: string[] = schema['required'] ?? [];
    return Object.fromEntries(required.map((name) => [name, sampleOf(document, schema['properties']?.[name] ?? {})]));
  }
  if (schema['type'] === 'array') return schema['minItems'] ? [sampleOf(document, schema['items'] ?? {})] : [];
  if (schema['type'] === 'integer' || schema['type'] === 'number') return schema['minimum'] ?? 1;
  if (schema['type'] === 'boolean') return false;
  if (schema['format'] === 'uuid') return '00000000-0000-4000-8000-000000000000';
  if (schema['format'] === 'date-time') return '2026-01-01T00:00:00Z';
  return 'email';
}

/** The names of the fields of a body, required or not. */
export function fieldsOf(document: any, schema: Schema): string[] {
  if (typeof schema['$ref'] === 'string') return fieldsOf(document, lookUp(document, schema['$ref']));
  const below = [...(schema['anyOf'] ?? []), ...(schema['oneOf'] ?? []), ...(schema['allOf'] ?? [])];
  const names = [...Object.keys(schema['properties'] ?? {}), ...below.flatMap((each: any) => fieldsOf(document, each))];
  return [...new Set(names)];
}

function lookUp(document: any, reference: string): Schema {
  return reference
    .replace(/^#\//, '')
    .split('/')
    .reduce((at, part) => at?.[part], document);
}
