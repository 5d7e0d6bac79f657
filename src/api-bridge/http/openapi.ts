import { z } from 'zod';
import { errorBody } from '../../contract/error.ts';
import type { RouteDefinition } from '../../contract/routes/define-route.ts';

type JsonSchema = Record<string, unknown>;

/** The OpenAPI 3.1 document, made of the very schemas that the routes check with. */
export function openApiDocument(routes: readonly RouteDefinition[], version: string): JsonSchema {
  const paths: Record<string, JsonSchema> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method] = operation(route);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Powernode Worker bridge',
      version,
      description: 'Jobs for workers that hold no database credentials.',
    },
    servers: [{ url: '/api/v1' }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: { Error: schemaOf(errorBody, 'output') },
    },
  };
}

function operation(route: RouteDefinition): JsonSchema {
  return {
    operationId: route.name,
    summary: route.summary,
    ...(route.access.includes('open') ? {} : { security: [{ bearer: [] }], 'x-token-types': route.access }),
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
    ...requestBody(route),
    responses: {
      ...Object.fromEntries(route.statuses.map((status) => [String(status), success(route, status)])),
      default: {
        description: 'Failure',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

function requestBody(route: RouteDefinition): JsonSchema {
  if (route.accepts === 'multipart') {
    const schema = {
      type: 'object',
      properties: { file: { type: 'string', contentMediaType: 'application/octet-stream' } },
      required: ['file'],
    };
    return { requestBody: { required: true, content: { 'multipart/form-data': { schema } } } };
  }
  if (route.accepts === 'stream') {
    return { requestBody: { required: true, content: { 'application/octet-stream': { schema: {} } } } };
  }
  if (route.body === undefined) return {};
  const optional = route.body.safeParse(undefined).success;
  return {
    requestBody: { required: !optional, content: { 'application/json': { schema: schemaOf(route.body, 'input') } } },
  };
}

function success(route: RouteDefinition, status: number): JsonSchema {
  if (status === 204) return { description: 'Nothing to say' };
  if (route.replies === 'bytes')
    return { description: 'Bytes', content: { 'application/octet-stream': { schema: {} } } };
  const data = route.data === undefined ? {} : schemaOf(route.data, 'output');
  const schema = { type: 'object', properties: { success: { const: true }, data }, required: ['success', 'data'] };
  return { description: 'Success', content: { 'application/json': { schema } } };
}

function parameters(schema: z.ZodType | undefined, where: 'path' | 'query'): JsonSchema[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = objectShape.parse(schemaOf(schema, 'input'));
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: property,
  }));
}

const objectShape = z.object({
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
});

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' });
  return rest;
}
