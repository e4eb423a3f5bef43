import { invalidParameter, isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue, ProviderCall } from '@ai-proxy/core';
/** What a closed value may hold: a string, number or boolean; a list of one shape; or an object with exactly these keys. */
export type ClosedShape = 'scalar' | readonly [ClosedShape] | { readonly [key: string]: ClosedShape };

/** Copies what the shape names and reports the rest. Nulls are left out: they ask for nothing. */
export function copyClosed(value: JsonValue, shape: ClosedShape, path: string, call: ProviderCall): JsonValue {
  if (shape === 'scalar') {
    if (typeof value === 'object') throw invalidParameter(path, `\`${path}\` must be a string, a number or a boolean`);
    return value;
  }
  if (isShapeList(shape)) {
    if (!Array.isArray(value)) throw invalidParameter(path, `\`${path}\` must be a list`);
    return value.map((entry, index) => copyClosed(entry, shape[0], `${path}[${index}]`, call));
  }
  if (!isJsonObject(value)) throw invalidParameter(path, `\`${path}\` must be an object`);
  return copyClosedObject(value, shape, path, call);
}

/** The same for what is known to be an object. */
export function copyClosedObject(
  value: JsonObject,
  shape: { readonly [key: string]: ClosedShape },
  path: string,
  call: ProviderCall,
): JsonObject {
  const copy: JsonObject = {};
  for (const key of Object.keys(value)) {
    const entry = value[key];
    if (entry === undefined || entry === null) continue;
    const inner = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (inner === undefined) call.drop(`${path}.${key}`, 'unknown to the provider');
    else copy[key] = copyClosed(entry, inner, `${path}.${key}`, call);
  }
  return copy;
}

function isShapeList(shape: Exclude<ClosedShape, 'scalar'>): shape is readonly [ClosedShape] {
  return Array.isArray(shape);
}
