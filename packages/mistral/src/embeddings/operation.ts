import { applyFieldRules, invalidParameter } from '@ai-proxy/core';
import type { JsonObject, ProviderCall, ProviderOperation } from '@ai-proxy/core';
import { fromEmbeddingsResponse } from './embeddings-response.ts';
import { embeddingsFields } from './fields.ts';

/** Embeddings of texts. */
export const embeddingsOperation: ProviderOperation = {
  request: (input, call) => ({ path: '/v1/embeddings', body: toEmbeddingsRequest(input, call) }),
  response: (body, call) => fromEmbeddingsResponse(body, call, { retryServerErrors: true, echoModel: false }),
};

function toEmbeddingsRequest(input: JsonObject, call: ProviderCall): JsonObject {
  if (input['input'] === undefined || input['input'] === null)
    throw invalidParameter('input', '`input` is required: a string or a list of strings');
  const body: JsonObject = { model: call.model, encoding_format: 'float' };
  applyFieldRules(embeddingsFields, { input, body, call });
  return body;
}
