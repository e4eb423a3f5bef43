import { inferenceRoute, relayRoute } from '@ai-proxy/core';
import type { NativeRoute } from '@ai-proxy/core';

/** The group of everything that loads, replaces or deletes the models of the server. */
const management = 'model-management';

const look = ['GET', 'HEAD'] as const;

/** Ollama streams unless it is told not to. */
const streaming = (operation: string): NativeRoute => ({
  ...inferenceRoute(operation, `/api/${operation}`, 'ndjson'),
  streamsByDefault: true,
});

const managementRoute = (operation: string): NativeRoute => ({
  ...streaming(operation),
  closed: management,
  consumes: 'nothing',
});

/**
 * Everything of Ollama's own API that is let through; a path that is not here does not exist: neither the account of the server, nor its copies of other
 * APIs. Whoever may create a model can read and overwrite the server's memory and disk, so that all of that is shut until the operator opens it.
 */
export const ollamaRoutes: readonly NativeRoute[] = [
  streaming('chat'),
  streaming('generate'),
  inferenceRoute('embeddings', '/api/embed'),
  inferenceRoute('embeddings', '/api/embeddings'),
  { ...inferenceRoute('show', '/api/show'), consumes: 'nothing' },
  relayRoute('models', look, '/api/tags'),
  relayRoute('models', ['GET'], '/api/ps'),
  relayRoute('version', look, '/api/version'),
  managementRoute('pull'),
  managementRoute('push'),
  managementRoute('create'),
  relayRoute('copy', ['POST'], '/api/copy', management),
  relayRoute('delete', ['DELETE'], '/api/delete', management),
  relayRoute('blobs', ['HEAD', 'POST'], '/api/blobs/:digest', management),
];

/** The groups that an operator can open. */
export const ollamaGroups: readonly string[] = [management];
