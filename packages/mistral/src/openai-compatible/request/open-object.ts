import type { JsonObject } from '@ai-proxy/core';

/** A copy without what is null: these servers take a null for absent, or stumble over it. */
export function withoutNulls(source: JsonObject): JsonObject {
  const copy = { ...source };
  for (const key of Object.keys(copy)) {
    if (copy[key] === null || copy[key] === undefined) delete copy[key];
  }
  return copy;
}
