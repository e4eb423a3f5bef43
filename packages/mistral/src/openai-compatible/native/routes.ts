import { inferenceRoute as inference, relayRoute as relay } from '@ai-proxy/core';
import type { NativeRoute } from '@ai-proxy/core';

/**
 * Everything of a self-hosted server's own API that is let through; a path that is not here does not exist. Routes without `/v1` are
 * llama-server's own dialect where both exist, and are therefore named only where there is no `/v1` form.
 *
 * Shut until the operator opens the group:
 *
 * | group | why it is shut |
 * |---|---|
 * | `slots` | holds other callers' prompts, and saves and restores them on the server's disk |
 * | `lora-adapters`, `props` | change how the model answers everybody; `props` also shows the server's settings |
 * | `model-management` | loads and unloads models |
 * | `metrics` | what everybody together consumes |
 * | `streams` | reads and stops streams that somebody else began |
 */
export const compatibleRoutes: readonly NativeRoute[] = [
  inference('chat', '/v1/chat/completions', 'sse'),
  inference('completions', '/v1/completions', 'sse'),
  inference('embeddings', '/v1/embeddings'),
  inference('responses', '/v1/responses', 'sse'),
  inference('messages', '/v1/messages', 'sse'),
  { ...inference('tokenize', '/v1/messages/count_tokens'), consumes: 'nothing' },
  inference('rerank', '/v1/rerank'),
  inference('rerank', '/v1/reranking'),
  inference('rerank', '/rerank'),
  inference('infill', '/infill', 'sse'),
  { ...inference('tokenize', '/tokenize'), consumes: 'nothing' },
  { ...inference('tokenize', '/detokenize'), consumes: 'nothing' },
  { ...inference('tokenize', '/apply-template'), consumes: 'nothing' },
  { ...inference('tokenize', '/extras/tokenize'), consumes: 'nothing' },
  { ...inference('tokenize', '/extras/tokenize/count'), consumes: 'nothing' },
  { ...inference('tokenize', '/extras/detokenize'), consumes: 'nothing' },
  { ...relay('transcriptions', ['POST'], '/v1/audio/transcriptions'), consumes: 'other' },
  relay('models', ['GET'], '/v1/models'),
  relay('health', ['GET'], '/health'),
  relay('health', ['GET'], '/v1/health'),
  relay('slots', ['GET'], '/slots', 'slots'),
  relay('slots', ['POST'], '/slots/:id', 'slots'),
  relay('lora-adapters', ['GET', 'POST'], '/lora-adapters', 'lora-adapters'),
  relay('props', ['GET', 'POST'], '/props', 'props'),
  relay('models', ['POST', 'DELETE'], '/models', 'model-management'),
  relay('models', ['POST'], '/models/load', 'model-management'),
  relay('models', ['POST'], '/models/unload', 'model-management'),
  relay('models', ['GET'], '/models/sse', 'model-management'),
  relay('metrics', ['GET'], '/metrics', 'metrics'),
  relay('streams', ['POST'], '/v1/chat/completions/control', 'streams'),
  relay('streams', ['GET', 'POST', 'DELETE'], '/v1/stream', 'streams'),
  relay('streams', ['GET', 'POST', 'DELETE'], '/v1/stream/*', 'streams'),
  relay('streams', ['GET', 'POST'], '/v1/streams/lookup', 'streams'),
];

/** The groups that an operator can open. */
export const compatibleGroups: readonly string[] = [...new Set(compatibleRoutes.flatMap((route) => route.closed ?? []))];
