import type { JsonObject, NativeSurface, ProxyError } from '@ai-proxy/core';
import { ollamaRoutes } from './routes.ts';
import { readNativeUsage } from './usage.ts';
import { createLineWatcher } from './watcher.ts';

/** Ollama's own API, as far as it is let through. */
export function ollamaNative(open: readonly string[]): NativeSurface {
  return {
    routes: ollamaRoutes,
    open,
    readUsage: (_operation, body) => readNativeUsage(body),
    createWatcher: createLineWatcher,
    errorBody,
    // JSON holds no bare line end, so that one line is enough.
    errorFrame: (error) => `${JSON.stringify(errorBody(error))}\n`,
  };
}

/** An error of the proxy's own as Ollama's clients read errors. */
function errorBody(error: ProxyError): JsonObject {
  return { error: error.message };
}
