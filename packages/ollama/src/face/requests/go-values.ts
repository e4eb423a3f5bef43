import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { badRequest } from './bad-request.ts';

// Ollama decodes bodies into structs of Go: null is as good as absent, unknown fields are passed over, a wrong type ends the request.

/** The body of a request, as Ollama's decoder would take it. `root` is the name of the struct, which its errors show. */
export function readBody(body: JsonValue, root: string): JsonObject {
  if (body === null) return {};
  if (isJsonObject(body)) return body;
  throw badRequest(`json: cannot unmarshal ${kindOf(body)} into Go value of type api.${root}`);
}

/** A text; nothing where it is absent. `place` is the path from the root to the holder. */
export function readString(holder: JsonObject, key: string, place: string): string | undefined {
  return read(holder, key, place, 'string', (value) => typeof value === 'string');
}

export function readBoolean(holder: JsonObject, key: string, place: string): boolean | undefined {
  return read(holder, key, place, 'bool', (value) => typeof value === 'boolean');
}

export function readInteger(holder: JsonObject, key: string, place: string): number | undefined {
  return read(holder, key, place, 'int', (value): value is number => Number.isInteger(value));
}

export function readObject(holder: JsonObject, key: string, place: string): JsonObject | undefined {
  return read(holder, key, place, 'map[string]interface {}', isJsonObject);
}

/** A list of objects; empty where it is absent. */
export function readObjects(holder: JsonObject, key: string, place: string, type: string): readonly JsonObject[] {
  return readList(holder, key, place, `[]${type}`, type, isJsonObject);
}

/** A list of texts; empty where it is absent. */
export function readStrings(holder: JsonObject, key: string, place: string, type: string): readonly string[] {
  return readList(holder, key, place, `[]${type}`, 'string', (value) => typeof value === 'string');
}

/** What Go calls a value in its errors. */
export function kindOf(value: JsonValue | undefined): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function read<T extends JsonValue>(
  holder: JsonObject,
  key: string,
  place: string,
  type: string,
  fits: (value: JsonValue) => value is T,
): T | undefined {
  const value = holder[key];
  if (value === undefined || value === null) return undefined;
  if (fits(value)) return value;
  throw mismatch(value, `${place}.${key}`, type);
}

function readList<T extends JsonValue>(
  holder: JsonObject,
  key: string,
  place: string,
  listType: string,
  itemType: string,
  fits: (value: JsonValue) => value is T,
): readonly T[] {
  const list = read(holder, key, place, listType, (value): value is JsonValue[] => Array.isArray(value)) ?? [];
  return list.map((item) => {
    if (fits(item)) return item;
    throw mismatch(item, `${place}.${key}`, itemType);
  });
}

function mismatch(value: JsonValue, place: string, type: string): Error {
  return badRequest(`json: cannot unmarshal ${kindOf(value)} into Go struct field ${place} of type ${type}`, place.replace(/^[^.]*\./, ''));
}
