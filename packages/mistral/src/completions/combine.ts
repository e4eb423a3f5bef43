import type { JsonObject } from '@ai-proxy/core';
import { isJsonObject } from '@ai-proxy/core';

const counts = ['prompt_tokens', 'completion_tokens', 'total_tokens'] as const;

/** One answer of several: the choices in the order of the prompts, the tokens added up. */
export function combineCompletions(outputs: readonly JsonObject[]): JsonObject {
  const [first = {}] = outputs;
  const choices = outputs.flatMap((output) => (Array.isArray(output['choices']) ? output['choices'] : [])).filter(isJsonObject);
  const usages = outputs.map((output) => output['usage']).filter(isJsonObject);
  const result: JsonObject = { ...first, choices: choices.map((choice, index) => ({ ...choice, index })) };
  if (usages.length > 0) result['usage'] = addUsages(usages);
  return result;
}

function addUsages(usages: readonly JsonObject[]): JsonObject {
  const sum: JsonObject = {};
  for (const name of counts) sum[name] = usages.reduce((total, usage) => total + toCount(usage[name]), 0);
  const cached = usages.map((usage) => usage['prompt_tokens_details']).filter(isJsonObject);
  if (cached.length > 0) {
    sum['prompt_tokens_details'] = { cached_tokens: cached.reduce((total, details) => total + toCount(details['cached_tokens']), 0) };
  }
  return sum;
}

function toCount(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
