import { invalidParameter, isJsonObject, toNumber, unsupportedParameter } from '@ai-proxy/core';
import type { JsonObject, ProviderCall } from '@ai-proxy/core';
/** OpenAI's own bound of `n`: one call must not become more requests than a server can hold. */
const mostRequests = 128;

/** How many answers are asked for; Ollama gives one a request. */
export function readAnswerCount(input: JsonObject, call: ProviderCall): number {
  const { n } = input;
  const count = n === undefined || n === null ? 1 : toNumber(n, 'n');
  if (!Number.isInteger(count) || count < 1) throw invalidParameter('n', '`n` must be a whole number, 1 or greater');
  if (count > 1 && call.stream) {
    throw unsupportedParameter('n', 'Ollama streams one answer at a time: leave `n` out, or ask without `stream`');
  }
  return count;
}

/** Throws a 400 where one call would become too many requests. */
export function checkRequestCount(count: number, field: string): void {
  if (count > mostRequests)
    throw invalidParameter(field, `\`${field}\` asks for ${count} answers; ${mostRequests} are the most in one call`);
}

/** The body of one of several requests for the same: with one seed for all, all would answer the same. */
export function bodyOfAnswer(body: JsonObject, answer: number): JsonObject {
  const { options } = body;
  if (answer === 0 || !isJsonObject(options) || typeof options['seed'] !== 'number') return body;
  return { ...body, options: { ...options, seed: options['seed'] + answer } };
}

const counts = ['prompt_tokens', 'completion_tokens', 'total_tokens'] as const;

/** One answer of several: their choices in order, their tokens added up. */
export function combineAnswers(outputs: readonly JsonObject[]): JsonObject {
  const [first = {}] = outputs;
  const choices = outputs.flatMap(({ choices: some }) => (Array.isArray(some) ? some.filter(isJsonObject) : []));
  const usages = outputs.map(({ usage }) => usage).filter(isJsonObject);
  const usage: JsonObject = {};
  for (const name of counts) usage[name] = usages.reduce((sum, one) => sum + (typeof one[name] === 'number' ? one[name] : 0), 0);
  return { ...first, choices: choices.map((choice, index) => ({ ...choice, index })), usage };
}
