import type { JsonObject } from '@ai-proxy/core';
import { composeChat } from '../content/compose.ts';
import { countTokens, tokensOf } from '../content/tokens.ts';
import { isObject, parseJson, textOf } from '../json/json-object.ts';
import { json } from '../server/answer.ts';
import type { Answer } from '../server/answer.ts';
import type { Served, ServedRequest } from '../server/served-request.ts';
import { ggufChatAnswer, ggufChatStream } from './chat-answer.ts';
import { llamaChatWish } from './chat-wish.ts';
import { answerCompletions, answerNativeCompletion } from './completions.ts';
import { answerEmbeddings, answerNativeEmbeddings } from './embeddings.ts';
import { llamaError } from './errors.ts';
import { listGgufModels } from './listing.ts';
import { refuseLlamaChat } from './refuse-chat.ts';
import type { GgufSetup } from './setup.ts';

type AnswerBody = (body: JsonObject, setup: GgufSetup, request: ServedRequest) => Answer;

const inferences: Readonly<Record<string, AnswerBody>> = {
  '/v1/chat/completions': answerChat,
  '/chat/completions': answerChat,
  '/v1/completions': (body, setup, request) => answerCompletions(body, setup, seedOf(body, request), request.chunks(setup.model)),
  '/completion': answerNativeCompletion,
  '/completions': answerNativeCompletion,
  '/infill': answerNativeCompletion,
  '/v1/embeddings': answerEmbeddings,
  '/embedding': answerNativeEmbeddings,
  '/embeddings': answerNativeEmbeddings,
  '/tokenize': (body) => json(200, { tokens: tokensOf(textOf(body.content) ?? '').map((_, index) => index + 1) }),
  '/v1/chat/completions/input_tokens': (body) => json(200, { input_tokens: countTokens(JSON.stringify(body.messages ?? [])) }),
};

const pages: Readonly<Record<string, (setup: GgufSetup) => Answer>> = {
  '/health': () => json(200, { status: 'ok' }),
  '/v1/health': () => json(200, { status: 'ok' }),
  '/models': listGgufModels,
  '/v1/models': listGgufModels,
  '/metrics': () => llamaError(501, 'This server does not support metrics endpoint. Start it with `--metrics`'),
  '/props': (setup) =>
    json(200, {
      default_generation_settings: { n_ctx: setup.contextLength },
      total_slots: setup.slots,
      model_path: setup.model,
      build_info: 'b7000-simulated',
    }),
  '/slots': (setup) =>
    json(
      200,
      Array.from({ length: setup.slots }, (_, id) => ({ id, n_ctx: setup.contextLength, is_processing: false })),
    ),
};

const publicPaths = new Set(['/health', '/v1/health']);

/** Serves a request as llama-server does. */
export function serveLlama(request: ServedRequest, setup: GgufSetup): Served {
  if (setup.apiKeys.length > 0 && !publicPaths.has(request.path) && !hasKey(request, setup))
    return manage(llamaError(401, 'Invalid API Key'));
  const page = request.method === 'GET' && Object.hasOwn(pages, request.path) ? pages[request.path] : undefined;
  if (page !== undefined) return manage(page(setup));
  const answer = request.method === 'POST' && Object.hasOwn(inferences, request.path) ? inferences[request.path] : undefined;
  if (answer === undefined) return manage(llamaError(404, 'File Not Found'));
  const served = { inference: true, model: setup.model };
  const body = parseJson(request.body)?.value;
  // A body that is no JSON is an exception like any other, and those are 500.
  if (!isObject(body))
    return { ...served, answer: llamaError(500, '[json.exception.parse_error.101] parse error at line 1, column 1: syntax error') };
  return { ...served, answer: answer(withoutNulls(body), setup, request) };
}

function answerChat(body: JsonObject, setup: GgufSetup, request: ServedRequest): Answer {
  const refused = refuseLlamaChat(body, setup);
  if (refused !== undefined) return refused;
  const composition = composeChat(llamaChatWish(body, setup));
  const identity = {
    dialect: setup.dialect,
    seed: seedOf(body, request),
    model: setup.model,
    created: setup.now(),
    callIdLength: setup.template === 'mistral' ? 9 : 32,
  };
  if (body.stream !== true) return ggufChatAnswer(composition, identity);
  const includeUsage = isObject(body.stream_options) && body.stream_options.include_usage === true;
  return ggufChatStream(composition, identity, includeUsage, request.chunks(setup.model));
}

function hasKey(request: ServedRequest, setup: GgufSetup): boolean {
  const bearer = /^Bearer (.+)$/u.exec(request.headers.authorization ?? '')?.[1];
  return [bearer, request.headers['x-api-key']].some((key) => typeof key === 'string' && setup.apiKeys.includes(key));
}

/** Fields that are null count as absent. */
function withoutNulls(body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

function seedOf(body: JsonObject, request: ServedRequest): string {
  return `${request.index} ${JSON.stringify(body)}`;
}

function manage(answer: Answer): Served {
  return { answer, inference: false };
}
