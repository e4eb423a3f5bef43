import type { JsonObject, ProviderCall } from '@ai-proxy/core';

/**
 * Reports what will not go up because the provider's object is closed. A null asks for nothing, so that leaving it out loses nothing
 * and is not reported.
 */
export function reportUnknownKeys(source: JsonObject, known: ReadonlySet<string>, path: string, call: ProviderCall): void {
  for (const key of Object.keys(source)) {
    if (known.has(key) || source[key] === null || source[key] === undefined) continue;
    call.drop(path === '' ? key : `${path}.${key}`, 'unknown to the provider');
  }
}
