import { invalidParameter } from '@ai-proxy/core';
import type { JsonObject, ProviderCall, UpstreamRequest, UpstreamRequests } from '@ai-proxy/core';
import type { OllamaBehaviour } from '../options/read-ollama-options.ts';
import { bodyOfAnswer, checkRequestCount, combineAnswers, readAnswerCount } from '../requests/side-by-side.ts';
import { asksForEcho, rememberEcho, withEcho } from './echo.ts';
import { completionsFields } from './fields.ts';
import { toGenerateBody, toGenerateRequest } from './generate-request.ts';
import { readPrompts } from './prompts.ts';

/** OpenAI's older completions; one request for each answer to each prompt. */
export function toCompletionsRequest(
  input: JsonObject,
  call: ProviderCall,
  behaviour: OllamaBehaviour,
): UpstreamRequest | UpstreamRequests {
  const prompts = readPrompts(input['prompt']);
  const count = readAnswerCount(input, call);
  if (prompts.length > 1 && call.stream) {
    throw invalidParameter('prompt', 'several prompts cannot be streamed; send them one by one, or without `stream`');
  }
  checkRequestCount(prompts.length * count, prompts.length > 1 ? 'prompt' : 'n');
  const echo = asksForEcho(input);
  const body = toGenerateBody(input, call, completionsFields, behaviour);
  if (call.stream) {
    if (echo) rememberEcho(prompts[0], call);
    return toGenerateRequest(body, prompts[0]);
  }
  if (prompts.length === 1 && count === 1 && !echo) return toGenerateRequest(body, prompts[0]);
  const asked = prompts.flatMap((prompt) => {
    // One object for all answers to a prompt, so that it is written once.
    const { path, body: shared } = toGenerateRequest(body, prompt);
    return Array.from({ length: count }, (_, answer) => ({ prompt, request: { path, body: bodyOfAnswer(shared, answer) } }));
  });
  return {
    requests: asked.map(({ request }) => request),
    combine: (outputs) => combineAnswers(echo ? outputs.map((output, index) => withEcho(output, asked[index]?.prompt ?? '')) : outputs),
  };
}
