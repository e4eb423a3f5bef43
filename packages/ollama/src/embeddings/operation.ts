import { applyFieldRules, dropUnless, handledElsewhere, invalidParameter, keepBoolean, keepNumber } from '@ai-proxy/core';
import type { JsonObject, JsonValue, ProviderCall, ProviderOperation } from '@ai-proxy/core';
import { toModel } from '../chat/response.ts';
import { toCount } from '../chat/usage.ts';
import { expectAnswer, unreadableAnswer } from '../errors/unreadable-answer.ts';
import type { OllamaBehaviour } from '../options/read-ollama-options.ts';
import type { FieldRule } from '../requests/field-rules.ts';
import { contextLength, readOptions, writeOptions } from '../requests/model-options.ts';
import { keepAlive } from '../requests/shared-fields.ts';

/** Embeddings of texts, a whole list in one request, by `/api/embed`. */
export function embeddingsOperation(behaviour: OllamaBehaviour): ProviderOperation {
  return {
    request: (input, call) => ({ path: '/api/embed', body: toEmbedBody(input, call, behaviour) }),
    response: fromEmbeddings,
  };
}

/** Every field of an embeddings request. The encoding is the caller's matter: numbers come, and are encoded on the way to him. */
const fields: ReadonlyMap<string, FieldRule> = new Map<string, FieldRule>([
  ['model', handledElsewhere],
  ['input', handledElsewhere],
  ['encoding_format', handledElsewhere],
  ['options', handledElsewhere],
  ['dimensions', keepNumber],
  ['truncate', keepBoolean],
  ['keep_alive', keepAlive],
  contextLength,
  ['user', dropUnless()],
  ['metadata', dropUnless({})],
]);

function toEmbedBody(input: JsonObject, call: ProviderCall, behaviour: OllamaBehaviour): JsonObject {
  const body: JsonObject = { model: call.model, input: toTexts(input['input']) };
  if (behaviour.keepAlive !== undefined) body['keep_alive'] = behaviour.keepAlive;
  const context = { input, body, options: readOptions(input, call), call };
  applyFieldRules(fields, context);
  writeOptions(context, false);
  return body;
}

function toTexts(given: JsonValue | undefined): string | string[] {
  // Alone it would have no embedding; in a list it has one.
  if (given === '') return [''];
  if (typeof given === 'string') return given;
  if (Array.isArray(given) && given.length > 0 && given.every((entry) => typeof entry === 'string')) return given;
  throw invalidParameter('input', '`input` must be a string or a list of strings, not empty: Ollama takes no token arrays');
}

function fromEmbeddings(body: unknown, call: ProviderCall): JsonObject {
  const answer = expectAnswer(body, ['embeddings']);
  const { embeddings } = answer;
  const tokens = toCount(answer['prompt_eval_count']) ?? 0;
  return {
    object: 'list',
    data: Array.isArray(embeddings) ? embeddings.map(toEmbedding) : [],
    model: toModel(answer, call),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

function toEmbedding(embedding: JsonValue, index: number): JsonObject {
  if (!Array.isArray(embedding)) throw unreadableAnswer('the provider answered with something that is no embedding');
  return { object: 'embedding', embedding, index };
}
