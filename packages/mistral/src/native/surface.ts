import type { JsonObject, NativeSurface, NativeWatcher } from '@ai-proxy/core';
import { estimateUsage, spokenCharacters } from './asked-usage.ts';
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
    readFailure: readBodyFailure,
    createWatcher,
    errorBody: mistralErrorBody,
    errorFrame: (error) => eventOf(mistralErrorBody(error)),
  };
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
