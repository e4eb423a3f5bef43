import { applyFieldRules, handledElsewhere, invalidParameter, isJsonObject, keepObject } from '@ai-proxy/core';
import type { FieldRule, JsonObject, JsonValue, ProviderCall, ProviderOperation } from '@ai-proxy/core';
import { expectAnswer } from '../errors/unreadable-answer.ts';

const fields: ReadonlyMap<string, FieldRule> = new Map<string, FieldRule>([
  ['model', handledElsewhere],
  ['input', handledElsewhere],
  ['metadata', keepObject],
]);

/** Moderation of texts. Mistral names its own categories, and they are handed on under those names. */
export const moderationsOperation: ProviderOperation = {
  request: (input, call) => ({ path: '/v1/moderations', body: toModerationsRequest(input, call) }),
  response: fromModerationsResponse,
};

function toModerationsRequest(input: JsonObject, call: ProviderCall): JsonObject {
  const body: JsonObject = { model: call.model, input: toTexts(input['input']) };
  applyFieldRules(fields, { input, body, call });
  return body;
}

function toTexts(input: JsonValue | undefined): string | string[] {
  if (typeof input === 'string') return input;
  if (!Array.isArray(input)) throw invalidParameter('input', '`input` must be a string or a list of strings');
  return input.map((entry, index) => {
    if (typeof entry === 'string') return entry;
    if (isJsonObject(entry) && entry['type'] === 'text' && typeof entry['text'] === 'string') return entry['text'];
    throw invalidParameter(`input[${index}]`, `\`input[${index}]\` must be text: this provider moderates nothing else`);
  });
}

function fromModerationsResponse(body: unknown, call: ProviderCall): JsonObject {
  const { id, model, results } = expectAnswer(body, 'results', true);
  return {
    id: typeof id === 'string' ? id : call.id,
    model: typeof model === 'string' && model !== '' ? model : call.model,
    results: Array.isArray(results) ? results.filter(isJsonObject).map(toResult) : [],
  };
}

function toResult(result: JsonObject): JsonObject {
  const categories = isJsonObject(result['categories']) ? result['categories'] : {};
  const scores = isJsonObject(result['category_scores']) ? result['category_scores'] : {};
  return { flagged: Object.values(categories).includes(true), categories, category_scores: scores };
}
