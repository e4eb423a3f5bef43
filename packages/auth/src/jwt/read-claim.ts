import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue } from '@ai-proxy/core';

/** A claim by its name, or by a way of names with dots between; a claim that has the dots in its own name comes first. */
export function readClaim(claims: JsonObject, name: string): JsonValue | undefined {
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: JsonValue | undefined = claims;
  for (const part of name.split('.')) {
    if (!isJsonObject(value) || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return value;
}

/** A list of texts, or one text with spaces between; nothing where it is neither. */
export function readTexts(value: JsonValue | undefined): readonly string[] | undefined {
  if (typeof value === 'string') return value.split(' ').filter((text) => text !== '');
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : undefined;
}
