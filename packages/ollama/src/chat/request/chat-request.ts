import { applyFieldRules } from '@ai-proxy/core';
import type { JsonObject, ProviderCall, UpstreamRequest, UpstreamRequests } from '@ai-proxy/core';
import type { OllamaBehaviour } from '../../options/read-ollama-options.ts';
import { readOptions, writeOptions } from '../../requests/model-options.ts';
import { bodyOfAnswer, checkRequestCount, combineAnswers, readAnswerCount } from '../../requests/side-by-side.ts';
import { writeThink } from '../../requests/thinking.ts';
import { rememberLegacyFunctions } from '../legacy-functions.ts';
import { chatFields } from './fields.ts';
import { toMessages } from './messages.ts';
import { writeTools } from './tools.ts';

/** OpenAI's chat request as Ollama's; several where several answers are asked for. */
export function toChatRequest(input: JsonObject, call: ProviderCall, behaviour: OllamaBehaviour): UpstreamRequest | UpstreamRequests {
  const count = readAnswerCount(input, call);
  checkRequestCount(count, 'n');
  const body = toChatBody(input, call, behaviour);
  if (count === 1) return toRequest(body);
  const bodies = Array.from({ length: count }, (_, answer) => bodyOfAnswer(body, answer));
  return { requests: bodies.map(toRequest), combine: combineAnswers };
}

function toRequest(body: JsonObject): UpstreamRequest {
  return { path: '/api/chat', body };
}

function toChatBody(input: JsonObject, call: ProviderCall, { keepAlive, openaiDefaults }: OllamaBehaviour): JsonObject {
  // Said in either case: Ollama streams where nothing is said.
  const body: JsonObject = { model: call.model, messages: toMessages(input['messages'], call), stream: call.stream };
  if (keepAlive !== undefined) body['keep_alive'] = keepAlive;
  const context = { input, body, options: readOptions(input, call), call };
  applyFieldRules(chatFields, context);
  writeTools(body, input, call);
  writeThink(body, input, call);
  writeOptions(context, openaiDefaults);
  rememberLegacyFunctions(input, call);
  return body;
}
