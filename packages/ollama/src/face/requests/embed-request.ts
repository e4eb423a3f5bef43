import type { DecodedRequest, JsonObject, JsonValue } from '@ai-proxy/core';
import { badRequest } from './bad-request.ts';
import { given, readKeepAlive } from './generation-fields.ts';
import { readBody, readBoolean, readInteger, readString } from './go-values.ts';
import { readModel } from './model-of-request.ts';
import { readOptions } from './model-options.ts';

/** `POST /api/embed`: vectors of one text or several. */
export function decodeEmbed(body: JsonValue): DecodedRequest {
  const root = 'EmbedRequest';
  const request = readBody(body, root);
  const model = readModel(request, root);
  const { input } = request;
  const isTexts = typeof input === 'string' || (Array.isArray(input) && input.every((text) => typeof text === 'string'));
  if (!isTexts && input !== undefined && input !== null) throw badRequest('invalid input type', 'input');
  if (!isTexts || input.length === 0) {
    return { ...embedding(model, '', {}), answer: { model, embeddings: [], total_duration: 0, load_duration: 0, prompt_eval_count: 0 } };
  }
  return embedding(model, input, {
    ...given('dimensions', readDimensions(request, root)),
    ...given('truncate', readBoolean(request, 'truncate', root)),
    ...embeddingFields(request, root),
  });
}

/** `POST /api/embeddings`, the older form: the vector of one text. */
export function decodeEmbeddings(body: JsonValue): DecodedRequest {
  const root = 'EmbeddingRequest';
  const request = readBody(body, root);
  const model = readModel(request, root);
  const prompt = readString(request, 'prompt', root) ?? '';
  if (prompt === '') return { ...embedding(model, '', {}), answer: { embedding: [] } };
  return embedding(model, prompt, embeddingFields(request, root));
}

function embedding(model: string, input: JsonValue, fields: JsonObject): DecodedRequest {
  return { operation: 'embeddings', model, stream: false, input: { model, input, ...fields } };
}

function embeddingFields(request: JsonObject, root: string): JsonObject {
  const options = readOptions(request, root);
  return { ...readKeepAlive(request['keep_alive']), ...(Object.keys(options).length > 0 ? { options } : {}) };
}

/** 0 and below are the model's own number to Ollama. */
function readDimensions(request: JsonObject, root: string): number | undefined {
  const dimensions = readInteger(request, 'dimensions', root) ?? 0;
  return dimensions > 0 ? dimensions : undefined;
}
