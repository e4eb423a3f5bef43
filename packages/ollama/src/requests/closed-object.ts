import type { JsonObject, ProviderCall } from '@ai-proxy/core';

/**
 * Reports what does not go up because Ollama would pass over it. A null asks for nothing, so that leaving it out loses nothing and is
 * not reported.
 */
export function reportUnknownKeys(source: JsonObject, known: ReadonlySet<string>, path: string, call: ProviderCall): void {
  for (const key of Object.keys(source)) {
    if (known.has(key) || source[key] === null || source[key] === undefined) continue;
    call.drop(`${path}.${key}`, 'unknown to the provider');
  }
}
