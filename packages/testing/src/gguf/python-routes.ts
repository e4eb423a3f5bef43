import type { JsonObject } from '@ai-proxy/core';
import { composeChat } from '../content/compose.ts';
import { countPromptTokens } from '../content/conversation.ts';
import { countTokens, tokensOf } from '../content/tokens.ts';
import { isObject, objectsOf, parseJson, textOf, wordOf } from '../json/json-object.ts';
import { json } from '../server/answer.ts';
import type { Answer } from '../server/answer.ts';
import type { Served, ServedRequest } from '../server/served-request.ts';
import { ggufChatAnswer, ggufChatStream } from './chat-answer.ts';
import { pythonChatWish } from './chat-wish.ts';
import { answerCompletions } from './completions.ts';
import { answerEmbeddings } from './embeddings.ts';
import { pythonError } from './errors.ts';
import { listGgufModels } from './listing.ts';
import type { GgufSetup } from './setup.ts';

type AnswerBody = (body: JsonObject, setup: GgufSetup, request: ServedRequest) => Answer;

const completions: AnswerBody = (body, setup, request) =>
  answerCompletions(body, setup, seedOf(body, request), request.chunks(setup.model));

const inferences: Readonly<Record<string, AnswerBody>> = {
  '/v1/chat/completions': answerChat,
  '/v1/completions': completions,
  '/v1/engines/copilot-codex/completions': completions,
  '/v1/embeddings': answerEmbeddings,
  '/extras/tokenize': (body) => json(200, { tokens: tokensOf(textOf(body.input) ?? '').map((_, index) => index + 1) }),
  '/extras/tokenize/count': (body) => json(200, { count: countTokens(textOf(body.input) ?? '') }),
};

/** Serves a request as llama-cpp-python's server does. It has no health route, and the key is asked on every one. */
export function servePython(request: ServedRequest, setup: GgufSetup): Served {
  const listing = request.method === 'GET' && request.path === '/v1/models';
  const answer = request.method === 'POST' && Object.hasOwn(inferences, request.path) ? inferences[request.path] : undefined;
  if (!listing && answer === undefined) return { answer: json(404, { detail: 'Not Found' }), inference: false };
  const key = /^Bearer (.+)$/iu.exec(request.headers.authorization ?? '')?.[1];
  if (setup.apiKeys.length > 0 && (key === undefined || !setup.apiKeys.includes(key))) {
    return { answer: json(401, { detail: 'Invalid API key' }), inference: false };
  }
  if (answer === undefined) return { answer: listGgufModels(setup), inference: false };
  const body = parseJson(request.body)?.value;
  const served = { inference: true, model: setup.model };
  if (!isObject(body))
    return { ...served, answer: pythonError(500, "[{'type': 'json_invalid', 'loc': ('body', 0), 'msg': 'JSON decode error'}]") };
  const made = answer(body, setup, request);
  return { ...served, answer: { ...made, headers: { ...made.headers, 'openai-processing-ms': '12' } } };
}

function answerChat(body: JsonObject, setup: GgufSetup, request: ServedRequest): Answer {
  const messages = objectsOf(body.messages);
  const roles = ['system', 'user', 'assistant', 'tool', 'function'];
  const stranger = messages.find((message) => !roles.includes(wordOf(message.role)));
  if (!Array.isArray(body.messages) || stranger !== undefined) {
    return pythonError(
      500,
      `[{'type': 'literal_error', 'loc': ('body', 'messages'), 'msg': "Input should be 'system', 'user', 'assistant', 'tool' or 'function'"}]`,
    );
  }
  if (
    messages.some(
      (message) => message.role === 'assistant' && typeof message.content !== 'string' && objectsOf(message.content).length === 0,
    )
  ) {
    return pythonError(500, "'NoneType' object is not iterable");
  }
  if (isObject(body.response_format) && !['text', 'json_object'].includes(wordOf(body.response_format.type))) {
    return pythonError(
      500,
      "[{'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), 'msg': \"Input should be 'text' or 'json_object'\"}]",
    );
  }
  const count = countPromptTokens(messages);
  if (count >= setup.contextLength) {
    const message = `This model's maximum context length is ${setup.contextLength} tokens, however you requested ${count} tokens. Please reduce your prompt.`;
    return pythonError(400, message, 'invalid_request_error', 'context_length_exceeded');
  }
  const composition = composeChat(pythonChatWish(body, setup));
  const identity = { dialect: setup.dialect, seed: seedOf(body, request), model: setup.model, created: setup.now(), callIdLength: 32 };
  return body.stream === true
    ? ggufChatStream(composition, identity, false, request.chunks(setup.model))
    : ggufChatAnswer(composition, identity);
}

function seedOf(body: JsonObject, request: ServedRequest): string {
  return `${request.index} ${JSON.stringify(body)}`;
}
