import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, ProviderCall } from '@ai-proxy/core';
import { toUsage } from '../chat/usage.ts';
import { expectAnswer, unreadableAnswer } from '../errors/unreadable-answer.ts';

export interface EmbeddingsDialect {
  readonly retryServerErrors: boolean;
  readonly echoModel: boolean;
}

/** Embeddings as lists of numbers; the face encodes them where the caller wants that. */
export function fromEmbeddingsResponse(body: unknown, call: ProviderCall, dialect: EmbeddingsDialect): JsonObject {
  const { data, model, usage } = expectAnswer(body, 'data', dialect.retryServerErrors);
  const counted = toUsage(usage);
  return {
    object: 'list',
    data: Array.isArray(data) ? data.map((entry, position) => toEmbedding(entry, position)) : [],
    model: !dialect.echoModel && typeof model === 'string' && model !== '' ? model : call.model,
    usage: { prompt_tokens: counted?.['prompt_tokens'] ?? 0, total_tokens: counted?.['total_tokens'] ?? 0 },
  };
}

function toEmbedding(entry: unknown, position: number): JsonObject {
  if (!isJsonObject(entry)) throw unreadableAnswer('the provider answered with something that is no embedding');
  const { embedding, index } = entry;
  if (!Array.isArray(embedding) && typeof embedding !== 'string') {
    throw unreadableAnswer('the provider answered with an entry that has no embedding');
  }
  return { object: 'embedding', embedding, index: typeof index === 'number' ? index : position };
}
