import { isJsonObject } from '@ai-proxy/core';
import type { JsonValue } from '@ai-proxy/core';

/** llama-cpp-python knows a schema only as part of `json_object`. */
export function toSchemaInObject(format: JsonValue | undefined): JsonValue | undefined {
  if (!isJsonObject(format) || format['type'] !== 'json_schema') return format;
  const schema = isJsonObject(format['json_schema']) ? format['json_schema']['schema'] : undefined;
  return isJsonObject(schema) ? { type: 'json_object', schema } : { type: 'json_object' };
}
