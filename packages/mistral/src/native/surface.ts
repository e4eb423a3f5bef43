import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, NativeSurface, NativeWatcher } from '@ai-proxy/core';
import { estimateUsage, spokenCharacters } from './asked-usage.ts';
import { readBatchResults } from './batch-results.ts';
import { createChatWatcher, readBodyFailure } from './chat-watcher.ts';
import { eventOf, mistralErrorBody } from './error-dialect.ts';
import { conversationEvents, createEventWatcher, speechEvents, transcriptionEvents } from './event-watcher.ts';
import { mistralRoutes } from './routes.ts';
import { readNativeUsage } from './usage.ts';

/** Mistral's own API, as far as it is let through. */
export function mistralNative(open: readonly string[]): NativeSurface {
  return {
    routes: mistralRoutes,
    optionalPrefix: 'v1',
    open,
    readUsage: readNativeUsage,
    estimateUsage,
    readModel,
    readBatchResults,
    readFailure: readBodyFailure,
    createWatcher,
    errorBody: mistralErrorBody,
    errorFrame: (error) => eventOf(mistralErrorBody(error)),
  };
}

/** A conversation has a model for each of its entries; the first one stands for all. */
function readModel(_operation: string, body: unknown): string | undefined {
  if (!isJsonObject(body)) return undefined;
  const { model, outputs } = body;
  if (typeof model === 'string') return model;
  const entry = Array.isArray(outputs) ? outputs.find((one) => isJsonObject(one) && typeof one['model'] === 'string') : undefined;
  return isJsonObject(entry) && typeof entry['model'] === 'string' ? entry['model'] : undefined;
}

function createWatcher(operation: string, request: JsonObject = {}): NativeWatcher {
  switch (operation) {
    case 'conversations':
      return createEventWatcher(conversationEvents);
    case 'speech':
      return createEventWatcher(speechEvents, spokenCharacters(request));
    case 'transcriptions':
      return createEventWatcher(transcriptionEvents);
    default:
      return createChatWatcher();
  }
}
