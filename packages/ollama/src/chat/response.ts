import type { JsonObject, ProviderCall } from '@ai-proxy/core';
import { expectAnswer, interruptedAnswer } from '../errors/unreadable-answer.ts';
import type { OllamaBehaviour } from '../options/read-ollama-options.ts';
import { readAnswerLine, writeThinking } from './answer-line.ts';
import { toUnixSeconds } from './created.ts';
import { toFinishReason } from './finish-reason.ts';
import { withFunctionCall } from './legacy-functions.ts';
import { toChatLogprobs } from './logprobs.ts';
import { toToolCalls } from './tool-calls.ts';
import { toUsage } from './usage.ts';

/** A whole answer of `/api/chat` or `/api/generate` in OpenAI's form. */
export function fromAnswer(body: unknown, call: ProviderCall, { reasoningFields }: OllamaBehaviour): JsonObject {
  const answer = expectAnswer(body, ['message', 'response']);
  // A runner that dies leaves an answer that says so itself.
  if (answer['done'] === false) throw interruptedAnswer();
  const { text, thinking, toolCalls, logprobs } = readAnswerLine(answer);
  const calls = toToolCalls(toolCalls, call);
  const message: JsonObject = { role: 'assistant', content: text === '' && calls.length > 0 ? null : text, refusal: null };
  if (thinking !== '') writeThinking(message, thinking, reasoningFields);
  if (calls.length > 0) message['tool_calls'] = calls;
  const completion: JsonObject = {
    id: `chatcmpl-${call.id}`,
    object: 'chat.completion',
    created: toUnixSeconds(answer['created_at']) ?? call.now(),
    model: toModel(answer, call),
    choices: [
      {
        index: 0,
        message,
        logprobs: toChatLogprobs(logprobs),
        finish_reason: toFinishReason(answer['done_reason'], calls.length > 0),
      },
    ],
    usage: toUsage(answer),
  };
  return withFunctionCall(completion, call);
}

/** The model as the server names it; as it was asked for where the server does not say. */
export function toModel({ model }: JsonObject, call: ProviderCall): string {
  return typeof model === 'string' && model !== '' ? model : call.model;
}
