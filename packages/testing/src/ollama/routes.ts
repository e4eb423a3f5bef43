import type { JsonObject } from '@ai-proxy/core';
import { textOf } from '../json/json-object.ts';
import type { Answer } from '../server/answer.ts';
import type { Served, ServedRequest } from '../server/served-request.ts';
import { isAllowedHost, isAllowedOrigin } from './access.ts';
import { serveBlob } from './blobs.ts';
import { answerChat } from './chat.ts';
import { answerEmbed, answerEmbeddings } from './embed.ts';
import { empty, ollamaJson, plainText, unauthorized } from './errors.ts';
import { answerGenerate } from './generate.ts';
import { listLoaded, listModels, showModel } from './listing.ts';
import { copyModel, createModel, deleteModel, pullModel, pushModel } from './management.ts';
import { readRequest } from './read-request.ts';
import { requestTypes } from './request-types.ts';
import type { RequestType } from './request-types.ts';
import type { OllamaSetup } from './setup.ts';

type Handle = (request: ServedRequest, setup: OllamaSetup) => Served;
type AnswerBody = (body: JsonObject, request: ServedRequest, setup: OllamaSetup) => Answer;

/** A route that decodes a body first. */
function decode(type: RequestType, answer: AnswerBody, inference: boolean): Handle {
  return (request, setup) => {
    const read = readRequest(request, type);
    if ('refused' in read) return { answer: read.refused, inference };
    const model = textOf(read.body.model);
    return { answer: answer(read.body, request, setup), inference, ...(model === undefined ? {} : { model }) };
  };
}

function page(answer: (setup: OllamaSetup) => Answer): Handle {
  return (_, setup) => ({ answer: answer(setup), inference: false });
}

const running = page(() => plainText(200, 'Ollama is running'));
const version = page((setup) => ollamaJson(200, { version: setup.version }));
const tags = page(listModels);
const notSignedIn = page((setup) => unauthorized(setup.signinUrl));

const routes: Readonly<Record<string, Readonly<Record<string, Handle>>>> = {
  '/': { HEAD: running, GET: running },
  '/api/version': { HEAD: version, GET: version },
  '/api/status': { GET: page(() => ollamaJson(200, { cloud: { disabled: false, source: 'none' } })) },
  '/api/chat': { POST: decode(requestTypes.chat, answerChat, true) },
  '/api/generate': { POST: decode(requestTypes.generate, answerGenerate, true) },
  '/api/embed': { POST: decode(requestTypes.embed, answerEmbed, true) },
  '/api/embeddings': { POST: decode(requestTypes.embeddings, answerEmbeddings, true) },
  '/api/tags': { HEAD: tags, GET: tags },
  '/api/show': { POST: decode(requestTypes.show, showModel, false) },
  '/api/ps': { GET: page(listLoaded) },
  '/api/pull': { POST: decode(requestTypes.pull, pullModel, false) },
  '/api/push': { POST: decode(requestTypes.push, pushModel, false) },
  '/api/create': { POST: decode(requestTypes.create, createModel, false) },
  '/api/copy': { POST: decode(requestTypes.copy, copyModel, false) },
  '/api/delete': { DELETE: decode(requestTypes.delete, deleteModel, false) },
  '/api/me': { POST: notSignedIn },
  '/api/experimental/web_search': { POST: notSignedIn },
  '/api/experimental/web_fetch': { POST: notSignedIn },
};

/** Lets a request in or not, finds its route and serves it. There is no `/v1`: nobody shall use that by accident. */
export function serveOllama(request: ServedRequest, setup: OllamaSetup): Served {
  const refuse = (answer: Answer): Served => ({ answer, inference: false });
  if (!isAllowedOrigin(request.headers, setup.origins) || !isAllowedHost(request.headers.host)) return refuse(empty(403));
  if (request.method === 'OPTIONS') return refuse(empty(204));
  const digest = /^\/api\/blobs\/([^/]+)$/u.exec(request.path)?.[1];
  const methods = digest === undefined ? (Object.hasOwn(routes, request.path) ? routes[request.path] : undefined) : blobMethods;
  if (methods === undefined) return refuse(plainText(404, '404 page not found'));
  const handle = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
  if (handle === undefined) return refuse(plainText(405, '405 method not allowed'));
  const key = /^Bearer (.+)$/iu.exec(request.headers.authorization ?? '')?.[1];
  if (setup.apiKey !== undefined && request.path !== '/' && key !== setup.apiKey) return refuse(unauthorized(setup.signinUrl));
  return handle(request, setup);
}

const blob: Handle = (request, setup) => ({
  answer: serveBlob(request, request.path.slice('/api/blobs/'.length), setup),
  inference: false,
});
const blobMethods: Readonly<Record<string, Handle>> = { HEAD: blob, POST: blob };
