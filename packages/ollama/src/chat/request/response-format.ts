import { invalidParameter, isJsonObject } from '@ai-proxy/core';
import type { FieldRule } from '../../requests/field-rules.ts';

/** Text, JSON, or JSON by a schema. Ollama holds a model to the schema itself; its name and its strictness have nothing to change there. */
export const responseFormat: FieldRule = (value, field, { body, call }) => {
  if (!isJsonObject(value)) throw invalidParameter(field, '`response_format` must be an object');
  const { type, json_schema: described } = value;
  switch (typeof type === 'string' ? type.trim().toLowerCase() : type) {
    case 'text':
      return;
    case 'json_object':
      body['format'] = 'json';
      return;
    case 'json_schema': {
      const path = `${field}.json_schema.schema`;
      const schema = isJsonObject(described) ? described['schema'] : undefined;
      if (!isJsonObject(schema)) throw invalidParameter(path, `\`${path}\` must be an object: the schema of the answer`);
      if (isJsonObject(described) && typeof described['description'] === 'string') {
        call.drop(`${field}.json_schema.description`, 'the provider shows the model the schema only');
      }
      body['format'] = schema;
      return;
    }
    default:
      throw invalidParameter(`${field}.type`, '`response_format.type` must be text, json_object or json_schema');
  }
};
