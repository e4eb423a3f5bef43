import { invalidParameter, unsupportedParameter } from '@ai-proxy/core';
import type { JsonObject, ProviderCall, ProviderOperation, UpstreamRequest } from '@ai-proxy/core';
import { fromAnswer } from '../chat/response.ts';
import { createAnswerDecoder } from '../chat/stream/decoder.ts';
import { fimFields } from '../completions/fields.ts';
import { toGenerateBody, toGenerateRequest } from '../completions/generate-request.ts';
import type { OllamaBehaviour } from '../options/read-ollama-options.ts';

/** Fill-in-the-middle, by `/api/generate` with a `suffix`. It answers in the form of chat, which is the canonical one. */
export function fimOperation(behaviour: OllamaBehaviour): ProviderOperation {
  return {
    request: (input, call) => toFimRequest(input, call, behaviour),
    response: (body, call) => fromAnswer(body, call, behaviour),
    stream: { framing: 'ndjson', createDecoder: (call) => createAnswerDecoder(call, behaviour) },
  };
}

function toFimRequest(input: JsonObject, call: ProviderCall, behaviour: OllamaBehaviour): UpstreamRequest {
  const { prompt } = input;
  if (typeof prompt !== 'string') throw invalidParameter('prompt', '`prompt` must be a string');
  const capabilities = call.modelInfo?.capabilities;
  if (capabilities !== undefined && !capabilities.has('fim')) {
    throw unsupportedParameter(
      'model',
      `the model ${call.model} cannot fill in text; use a model with the capability insert, or ask this one through chat completions`,
    );
  }
  return toGenerateRequest(toGenerateBody(input, call, fimFields, behaviour), prompt);
}
