import { invalidParameter, isJsonObject } from '@ai-proxy/core';
import type { FieldRule, JsonObject, JsonValue, ProviderCall } from '@ai-proxy/core';
import { reportUnknownKeys } from '../../requests/closed-object.ts';

const knownOfFormat = new Set(['type', 'json_schema']);
const knownOfSchema = new Set(['name', 'schema', 'description', 'strict']);

/** Text, JSON, or JSON by a schema; both sides use the same words, Mistral's objects are closed and hold no nulls. */
export const responseFormat: FieldRule = (value, field, { body, call }) => {
  if (!isJsonObject(value)) throw invalidParameter(field, '`response_format` must be an object');
  reportUnknownKeys(value, knownOfFormat, field, call);
  switch (value['type']) {
    case 'text':
    case 'json_object':
      body[field] = { type: value['type'] };
      return;
    case 'json_schema':
      body[field] = { type: 'json_schema', json_schema: toJsonSchema(value['json_schema'], call) };
      return;
    default:
      throw invalidParameter(`${field}.type`, '`response_format.type` must be text, json_object or json_schema');
  }
};

function toJsonSchema(value: JsonValue | undefined, call: ProviderCall): JsonObject {
  const path = 'response_format.json_schema';
  if (!isJsonObject(value)) throw invalidParameter(path, `\`${path}\` must be an object with name and schema`);
  const { name, schema, description, strict } = value;
  if (typeof name !== 'string') throw invalidParameter(`${path}.name`, `\`${path}.name\` must be a string`);
  if (!isJsonObject(schema)) throw invalidParameter(`${path}.schema`, `\`${path}.schema\` must be an object: the provider requires it`);
  reportUnknownKeys(value, knownOfSchema, path, call);
  const result: JsonObject = { name, schema };
  if (typeof description === 'string') result['description'] = description;
  if (typeof strict === 'boolean') result['strict'] = strict;
  return result;
}
