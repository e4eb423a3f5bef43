import { applyFieldRules, invalidParameter, unsupportedParameter } from '@ai-proxy/core';
import type { JsonObject, ProviderCall } from '@ai-proxy/core';
import { fimFields } from './fields.ts';

export const fimPath = '/v1/fim/completions';

/** A fill-in-the-middle request; canonical input and Mistral's own are the same words, but for OpenAI's spellings of a few. */
export function toFimRequest(input: JsonObject, call: ProviderCall): JsonObject {
  const { prompt } = input;
  if (typeof prompt !== 'string') throw invalidParameter('prompt', '`prompt` must be a string');
  return toFimBody(input, prompt, call);
}

/** The same with the prompt already chosen. */
export function toFimBody(input: JsonObject, prompt: string, call: ProviderCall): JsonObject {
  if (isKnownWithoutFim(call)) throw cannotFill(call);
  const body: JsonObject = { model: call.model, prompt };
  if (call.stream) body['stream'] = true;
  applyFieldRules(fimFields, { input, body, call });
  return body;
}

/** True only where the provider's listing says so; a model that nobody has listed may try. */
export function isKnownWithoutFim(call: ProviderCall): boolean {
  const capabilities = call.modelInfo?.capabilities;
  return capabilities !== undefined && !capabilities.has('fim');
}

function cannotFill(call: ProviderCall): Error {
  return unsupportedParameter(
    'model',
    `the model ${call.model} cannot complete or fill in text; use a code model such as codestral-latest, or ask it through chat completions`,
  );
}
