import type { JsonObject, NativeSurface, NativeWatcher, ProxyError } from '@ai-proxy/core';
import { createChatWatcher, readBodyFailure } from '../../native/chat-watcher.ts';
import { eventOf } from '../../native/error-dialect.ts';
import { createEventWatcher } from '../../native/event-watcher.ts';
import { readNativeUsage } from '../../native/usage.ts';
import { createInfillWatcher, messagesEvents, readInfillUsage, responsesEvents } from './event-streams.ts';
import { compatibleRoutes } from './routes.ts';

/** The server's own API, as far as it is let through. */
export function compatibleNative(open: readonly string[]): NativeSurface {
  return {
    routes: compatibleRoutes,
    optionalPrefix: 'v1',
    open,
    readUsage: (operation, body) => (operation === 'infill' ? readInfillUsage(body) : readNativeUsage(operation, body)),
    readFailure: readBodyFailure,
    createWatcher,
    errorBody,
    errorFrame: (error) => eventOf(errorBody(error)),
  };
}

function createWatcher(operation: string): NativeWatcher {
  switch (operation) {
    case 'responses':
      return createEventWatcher(responsesEvents);
    case 'messages':
      return createEventWatcher(messagesEvents);
    case 'infill':
      return createInfillWatcher();
    default:
      return createChatWatcher();
  }
}

function errorBody(error: ProxyError): JsonObject {
  return { error: { message: error.message, type: error.type, param: error.param, code: error.code } };
}
