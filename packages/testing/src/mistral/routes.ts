import { json } from '../server/answer.ts';
import type { Answer } from '../server/answer.ts';
import type { Served, ServedRequest } from '../server/served-request.ts';
import { serveTranscription, speech } from './audio.ts';
import { createAgent, listAgents, withAgent } from './agents.ts';
import { createJob, listJobs, withJob } from './batch.ts';
import type { RunOne } from './batch.ts';
import { agents, chat, fim } from './chat.ts';
import { listConversations, serveConversation, withConversation } from './conversations.ts';
import { embeddings } from './embeddings.ts';
import { detail, gatewayRefusal } from './errors.ts';
import { downloadFile, listFiles, uploadFile, withFile } from './files.ts';
import { runInference, serveInference } from './inference.ts';
import type { Inference } from './inference.ts';
import { createLibrary, listLibraries, withLibrary } from './libraries.ts';
import { listModels, withModel } from './model-routes.ts';
import { chatClassifications, chatModerations, classifications, moderations } from './moderation.ts';
import { ocr } from './ocr.ts';
import type { MistralState } from './state.ts';
import { createTuning, listTunings, withTunedModel, withTuning } from './tuning.ts';
import { createVoice, listVoices, withVoice } from './voices.ts';

/** The keys that a simulator takes, and which part of the API it shows. */
export interface MistralAccess {
  readonly apiKey: string;
  readonly adminKey: string | undefined;
  /** `codestral`: only chat and FIM, as on the host of that name. */
  readonly surface: 'api' | 'codestral';
}

type Handle = (request: ServedRequest, state: MistralState, id: string) => Served;

interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly handle: Handle;
}

const inferences: Readonly<Record<string, Inference>> = {
  '/v1/chat/completions': chat,
  '/v1/fim/completions': fim,
  '/v1/agents/completions': agents,
  '/v1/embeddings': embeddings,
  '/v1/moderations': moderations,
  '/v1/chat/moderations': chatModerations,
  '/v1/classifications': classifications,
  '/v1/chat/classifications': chatClassifications,
  '/v1/ocr': ocr,
  '/v1/audio/speech': speech,
};

const runOne = (state: MistralState): RunOne => {
  return (endpoint, body, seed) => {
    const inference = inferences[endpoint];
    return inference === undefined ? detail(404, 'Not Found') : runInference(inference, body, seed, undefined, state);
  };
};

function manage(handle: (request: ServedRequest, state: MistralState, id: string) => Answer): Handle {
  return (request, state, id) => ({ answer: handle(request, state, id), inference: false });
}

function route(method: string, path: string, handle: Handle): Route {
  return { method, path: new RegExp(`^${path.replace('{id}', '([^/]+)').replace('{other}', '[^/]+')}$`, 'u'), handle };
}

/** Routes of one object, which tell by the method and by what follows the id what is to be done. */
function routesOf(
  path: string,
  withOne: (request: ServedRequest, state: MistralState, id: string, rest: string) => Answer,
  methods: Readonly<Record<string, readonly string[]>>,
): readonly Route[] {
  const handle = manage((request, state, id) =>
    withOne(
      request,
      state,
      id,
      request.path
        .split('/')
        .slice(path.split('/').length + 1)
        .map((part) => `/${part}`)
        .join(''),
    ),
  );
  return Object.entries(methods).flatMap(([rest, allowed]) => allowed.map((method) => route(method, `${path}/{id}${rest}`, handle)));
}

const routes: readonly Route[] = [
  ...Object.entries(inferences).map(([path, inference]) =>
    route('POST', path, (request, state) => serveInference(inference, request, state)),
  ),
  route('POST', '/v1/audio/transcriptions', serveTranscription),
  route('POST', '/v1/conversations', (request, state) => serveConversation(request, state)),
  route('POST', '/v1/conversations/{id}', (request, state, id) => serveConversation(request, state, id)),
  route('POST', '/v1/conversations/{id}/restart', (request, state, id) => serveConversation(request, state, id, true)),
  route('GET', '/v1/conversations', manage(listConversations)),
  ...routesOf('/v1/conversations', withConversation, { '': ['GET', 'DELETE'], '/history': ['GET'], '/messages': ['GET'] }),
  route('POST', '/v1/agents', manage(createAgent)),
  route(
    'GET',
    '/v1/agents',
    manage((request, state) => listAgents(request, state, false)),
  ),
  route(
    'GET',
    '/v1/agents/pages',
    manage((request, state) => listAgents(request, state, true)),
  ),
  ...routesOf('/v1/agents', withAgent, {
    '': ['GET', 'PATCH', 'DELETE'],
    '/version': ['PATCH'],
    '/versions': ['GET'],
    '/versions/{other}': ['GET'],
    '/aliases': ['GET', 'PUT', 'DELETE'],
  }),
  route('POST', '/v1/libraries', manage(createLibrary)),
  route('GET', '/v1/libraries', manage(listLibraries)),
  ...routesOf('/v1/libraries', withLibrary, {
    '': ['GET', 'PATCH', 'PUT', 'DELETE'],
    '/share': ['GET', 'PUT', 'DELETE'],
    '/documents': ['GET', 'POST'],
    '/documents/{other}': ['GET', 'PATCH', 'PUT', 'DELETE'],
    '/documents/{other}/text_content': ['GET'],
    '/documents/{other}/status': ['GET'],
    '/documents/{other}/signed-url': ['GET'],
    '/documents/{other}/extracted-text-signed-url': ['GET'],
    '/documents/{other}/reprocess': ['POST'],
  }),
  route('POST', '/v1/audio/voices', manage(createVoice)),
  route('GET', '/v1/audio/voices', manage(listVoices)),
  ...routesOf('/v1/audio/voices', withVoice, { '': ['GET', 'PATCH', 'DELETE'], '/sample': ['GET'] }),
  route('POST', '/v1/fine_tuning/jobs', manage(createTuning)),
  route('GET', '/v1/fine_tuning/jobs', manage(listTunings)),
  ...routesOf('/v1/fine_tuning/jobs', withTuning, { '': ['GET'], '/start': ['POST'], '/cancel': ['POST'] }),
  ...routesOf('/v1/fine_tuning/models', withTunedModel, { '': ['PATCH'], '/archive': ['POST', 'DELETE'] }),
  route('GET', '/v1/models', manage(listModels)),
  route(
    'GET',
    '/v1/models/{id}',
    manage((_, state, id) => withModel(state, id, 'retrieve')),
  ),
  route(
    'DELETE',
    '/v1/models/{id}',
    manage((_, state, id) => withModel(state, id, 'delete')),
  ),
  route('POST', '/v1/files', manage(uploadFile)),
  route('GET', '/v1/files', manage(listFiles)),
  route(
    'GET',
    '/v1/files/{id}',
    manage((request, state, id) => withFile(request, state, id, 'retrieve')),
  ),
  route(
    'DELETE',
    '/v1/files/{id}',
    manage((request, state, id) => withFile(request, state, id, 'delete')),
  ),
  route(
    'GET',
    '/v1/files/{id}/content',
    manage((request, state, id) => withFile(request, state, id, 'content')),
  ),
  route(
    'GET',
    '/v1/files/{id}/url',
    manage((request, state, id) => withFile(request, state, id, 'url')),
  ),
  route('POST', '/v1/batch/jobs', manage(createJob)),
  route('GET', '/v1/batch/jobs', manage(listJobs)),
  route(
    'GET',
    '/v1/batch/jobs/{id}',
    manage((request, state, id) => withJob(request, state, id, 'retrieve', runOne(state))),
  ),
  route(
    'POST',
    '/v1/batch/jobs/{id}/cancel',
    manage((request, state, id) => withJob(request, state, id, 'cancel', runOne(state))),
  ),
  route(
    'DELETE',
    '/v1/batch/jobs/{id}',
    manage((request, state, id) => withJob(request, state, id, 'delete', runOne(state))),
  ),
];

const codestralPaths = new Set(['/v1/chat/completions', '/v1/fim/completions']);

/** Finds the route of a request, asks for its key and serves it. */
export function serveMistral(request: ServedRequest, state: MistralState, access: MistralAccess): Served {
  const refusal = (answer: Answer): Served => ({ answer, inference: false });
  const signed = /^\/signed\/([^/]+)$/u.exec(request.path)?.[1];
  if (signed !== undefined && request.method === 'GET') return refusal(downloadFile(state, signed));
  const key = /^Bearer (.+)$/iu.exec(request.headers.authorization ?? '')?.[1];
  if (request.path.startsWith('/v1/admin/')) {
    return refusal(
      access.adminKey !== undefined && key === access.adminKey
        ? json(200, { object: 'list', data: [] })
        : gatewayRefusal(403, 'Forbidden', request.index),
    );
  }
  const open = access.surface === 'api' || codestralPaths.has(request.path);
  const candidates = open ? routes.filter((candidate) => candidate.path.test(request.path)) : [];
  if (candidates.length === 0) return refusal(detail(404, 'Not Found'));
  if (key !== access.apiKey) {
    return refusal(access.surface === 'codestral' ? gatewayRefusal(401, 'Unauthorized', request.index) : detail(401, 'Unauthorized'));
  }
  const chosen = candidates.find((candidate) => candidate.method === request.method);
  if (chosen === undefined)
    return refusal(detail(405, 'Method Not Allowed', { allow: candidates.map((candidate) => candidate.method).join(', ') }));
  const id = chosen.path.exec(request.path)?.[1] ?? '';
  return chosen.handle(request, state, decode(id));
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
