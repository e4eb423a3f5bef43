import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { isObject, numberOf, textOf } from '../json/json-object.ts';

/** Makes a simple value that a JSON schema accepts; the same schema and label always give the same value. */
export function valueFromSchema(schema: unknown, label = 'value'): JsonValue {
  return make(schema, { label, root: schema, depth: 0 });
}

interface Position {
  readonly label: string;
  readonly root: unknown;
  readonly depth: number;
}

function make(schema: unknown, at: Position): JsonValue {
  if (!isObject(schema) || at.depth > 16) return at.depth > 16 ? null : `simulated ${at.label}`;
  const down = { ...at, depth: at.depth + 1 };
  if (typeof schema.$ref === 'string') return make(resolve(schema.$ref, at.root), down);
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum) && schema.enum[0] !== undefined) return schema.enum[0];
  if (schema.default !== undefined) return schema.default;
  for (const choice of [schema.anyOf, schema.oneOf]) {
    if (Array.isArray(choice)) return make(choice[0], down);
  }
  if (Array.isArray(schema.allOf)) return make(mergeAll(schema, at.root), down);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type ?? (isObject(schema.properties) ? 'object' : 'string')) {
    case 'object':
      return makeObject(schema, down);
    case 'array':
      return Array.from({ length: Math.max(numberOf(schema.minItems) ?? 1, 0) }, () => make(schema.items ?? {}, down));
    case 'integer':
    case 'number':
      return makeNumber(schema);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return makeText(schema, at.label);
  }
}

function makeObject(schema: JsonObject, at: Position): JsonObject {
  const properties = isObject(schema.properties) ? schema.properties : {};
  return Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, make(inner, { ...at, label: name })]));
}

function makeNumber(schema: JsonObject): number {
  const above = numberOf(schema.exclusiveMinimum);
  const least = numberOf(schema.minimum) ?? (above === undefined ? 1 : above + 1);
  const most = numberOf(schema.maximum) ?? Infinity;
  const step = numberOf(schema.multipleOf);
  const value = Math.min(least, most);
  return step === undefined ? value : Math.ceil(value / step) * step;
}

function makeText(schema: JsonObject, label: string): string {
  const formats: Record<string, string> = {
    'date-time': '2026-01-02T03:04:05Z',
    date: '2026-01-02',
    time: '03:04:05Z',
    email: 'someone@example.com',
    uri: 'https://example.com/',
    uuid: '00000000-0000-4000-8000-000000000000',
  };
  const text = formats[textOf(schema.format) ?? ''] ?? `simulated ${label}`;
  return text.padEnd(numberOf(schema.minLength) ?? 0, '.').slice(0, numberOf(schema.maxLength) ?? Infinity);
}

function resolve(reference: string, root: unknown): unknown {
  const steps = reference.replace(/^#\/?/u, '').split('/');
  return steps
    .filter((step) => step !== '')
    .reduce<unknown>((place, step) => (isObject(place) ? place[step.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined), root);
}

function mergeAll(schema: JsonObject, root: unknown): JsonObject {
  const parts = Array.isArray(schema.allOf) ? schema.allOf : [];
  const all = parts.map((part) => (isObject(part) && typeof part.$ref === 'string' ? resolve(part.$ref, root) : part)).filter(isObject);
  const properties = Object.assign({}, ...[schema, ...all].map((part) => (isObject(part.properties) ? part.properties : {}))) as JsonObject;
  return { type: 'object', properties };
}
