import { ProxyError } from '@ai-proxy/core';
import type { FaceRoute, HttpReply, JsonObject, ListedModel, ModelsValue } from '@ai-proxy/core';
import { createAnswerEncoder } from './answers/answer-encoder.ts';
import { createEmbedEncoder, createEmbeddingsEncoder } from './answers/embeddings-answer.ts';
import { createValueEncoder } from './answers/value-encoder.ts';
import { toListing } from './models/listing.ts';
import { readShownModel, toShown } from './models/show.ts';
import { decodeChat } from './requests/chat-request.ts';
import { decodeEmbed, decodeEmbeddings } from './requests/embed-request.ts';
import { decodeGenerate } from './requests/generate-request.ts';

interface ApiRoute {
  readonly methods: readonly string[];
  readonly route: FaceRoute;
}

/** What loads, replaces or deletes models on the machine of an Ollama; here there is no such machine. */
const management: ReadonlySet<string> = new Set(['pull', 'push', 'create', 'copy', 'delete', 'blobs']);

/** Finds the routes of Ollama's API among raw segments below the mount. */
export function createOllamaRoutes(version: string): (method: string, segments: readonly string[]) => FaceRoute | undefined {
  const running = look({
    kind: 'static',
    reply: { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'Ollama is running' },
  });
  const routes: ReadonlyMap<string, ApiRoute> = new Map([
    ['version', look({ kind: 'static', reply: json({ version }) })],
    ['ps', look({ kind: 'static', reply: json({ models: [] }) })],
    ['tags', look({ kind: 'models', createEncoder: () => createValueEncoder((value) => toListing(value as ModelsValue)) })],
    ['show', ask({ kind: 'model', id: readShownModel, createEncoder: () => createValueEncoder((value) => toShown(value as ListedModel)) })],
    ['chat', ask({ kind: 'operation', operation: 'chat', decode: decodeChat, createEncoder: (call) => createAnswerEncoder(call, 'chat') })],
    [
      'generate',
      ask({ kind: 'operation', operation: 'chat', decode: decodeGenerate, createEncoder: (call) => createAnswerEncoder(call, 'generate') }),
    ],
    ['embed', ask({ kind: 'operation', operation: 'embeddings', decode: decodeEmbed, createEncoder: (call) => createEmbedEncoder(call) })],
    ['embeddings', ask({ kind: 'operation', operation: 'embeddings', decode: decodeEmbeddings, createEncoder: createEmbeddingsEncoder })],
  ]);

  return (method, segments) => {
    const path = segments.at(-1) === '' ? segments.slice(0, -1) : segments;
    // Of the mount itself only the sign of life is this face's: anything else there may be the application's.
    if (path.length === 0) return running.methods.includes(method) ? running.route : undefined;
    if (path[0] !== 'api') return undefined;
    if (management.has(path[1] ?? '')) throw noManagement();
    const found = routes.get(path.slice(1).join('/'));
    if (found === undefined) return { kind: 'unknown' };
    return found.methods.includes(method) ? found.route : { kind: 'method_not_allowed', allow: [...found.methods] };
  };
}

function look(route: FaceRoute): ApiRoute {
  return { methods: ['GET', 'HEAD'], route };
}

/** Ollama takes JSON whatever it is called, and the examples of its documentation name no type. */
function ask(route: Extract<FaceRoute, { readonly kind: 'operation' | 'model' }>): ApiRoute {
  return { methods: ['POST'], route: { ...route, acceptsAnyType: true } };
}

function json(body: JsonObject): HttpReply {
  return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(body) };
}

function noManagement(): ProxyError {
  return new ProxyError(
    'Models are not managed here: this proxy speaks the API of Ollama, and its operator decides which models there are: see /api/tags.',
    {
      status: 403,
      code: 'route_closed',
      source: 'caller',
    },
  );
}
