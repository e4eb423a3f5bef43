import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { hexId } from '../content/identifiers.ts';
import { isObject, numberOf, textOf } from '../json/json-object.ts';
import { json } from '../server/answer.ts';
import type { Answer } from '../server/answer.ts';
import type { ServedRequest } from '../server/served-request.ts';
import { anything, closed, freeObject, judge, list, may, need, orNull, text } from '../validation/shape.ts';
import type { Field } from '../validation/shape.ts';
import { detail, refuseDetail } from './errors.ts';
import { readJsonBody } from './inference.ts';
import { findModel } from './models.ts';
import { keepNewest } from './state.ts';
import type { MistralState } from './state.ts';

const more: Readonly<Record<string, Field>> = {
  instructions: may(orNull(text)),
  tools: may(list(freeObject)),
  completion_args: may(orNull(freeObject)),
  guardrails: may(orNull(list(freeObject))),
  description: may(orNull(text)),
  handoffs: may(orNull(list(text))),
  metadata: may(orNull(freeObject)),
  version_message: may(orNull(text)),
};
const createRequest = closed({ ...more, model: need(text), name: need(text) });
const updateRequest = closed({ ...more, model: may(orNull(text)), name: may(orNull(text)), deployment_chat: may(anything) });

/** `POST /v1/agents` */
export function createAgent(request: ServedRequest, state: MistralState): Answer {
  const read = readJsonBody(request);
  if ('issues' in read) return refuseDetail(read.issues);
  const issues = judge(createRequest, read.value);
  if (issues.length > 0 || !isObject(read.value)) return refuseDetail(issues);
  const lost = lostIn(read.value, state);
  if (lost !== undefined) return lost;
  const id = `ag_${hexId(`agent ${request.index} ${state.now()}`)}`;
  const at = new Date(state.now() * 1000).toISOString();
  const entry: JsonObject = {
    tools: [],
    handoffs: null,
    ...read.value,
    object: 'agent',
    id,
    version: 0,
    versions: [0],
    created_at: at,
    updated_at: at,
    deployment_chat: false,
    source: 'api',
  };
  state.agents.set(id, entry);
  keepNewest(state.agents, 1000);
  return json(200, entry);
}

/** `GET /v1/agents`, and `GET /v1/agents/pages` where pages are asked for by token. */
export function listAgents(request: ServedRequest, state: MistralState, byToken: boolean): Answer {
  const all = [...state.agents.values()];
  const size = Number(request.query.get('page_size') ?? 20);
  const page = Number(request.query.get(byToken ? 'page_token' : 'page') ?? 0);
  const data = all.slice(page * size, page * size + size);
  if (!byToken) return json(200, data);
  return json(200, { object: 'list', data, next_page_token: (page + 1) * size < all.length ? String(page + 1) : null });
}

/** What one agent's routes do. */
export function withAgent(request: ServedRequest, state: MistralState, id: string, rest: string): Answer {
  const agent = state.agents.get(id);
  if (agent === undefined) return detail(404, 'Agent not found');
  const versions = Array.isArray(agent.versions) ? agent.versions : [];
  switch (`${request.method} ${rest}`) {
    case 'GET ':
      return json(200, agent);
    case 'DELETE ':
      state.agents.delete(id);
      return { kind: 'bytes', status: 204, contentType: 'application/json', bytes: new Uint8Array() };
    case 'PATCH ':
      return update(request, state, id, agent);
    case 'PATCH /version': {
      const version = Number(request.query.get('version') ?? NaN);
      if (!versions.includes(version)) return detail(404, 'Agent version not found');
      state.agents.set(id, { ...agent, version });
      return json(200, { ...agent, version });
    }
    case 'GET /versions':
      return json(
        200,
        versions.map((version): JsonObject => ({ ...agent, version })),
      );
    case 'GET /aliases':
      return json(200, []);
    case 'PUT /aliases':
      return json(200, {
        alias: request.query.get('alias'),
        version: Number(request.query.get('version') ?? 0),
        created_at: agent.created_at ?? null,
        updated_at: agent.updated_at ?? null,
      });
    case 'DELETE /aliases':
      return { kind: 'bytes', status: 204, contentType: 'application/json', bytes: new Uint8Array() };
    default: {
      const version = /^\/versions\/(\d+)$/u.exec(rest)?.[1];
      const known = request.method === 'GET' && version !== undefined && versions.includes(Number(version));
      return known ? json(200, { ...agent, version: Number(version) }) : detail(404, 'Agent version not found');
    }
  }
}

function update(request: ServedRequest, state: MistralState, id: string, agent: JsonObject): Answer {
  const read = readJsonBody(request);
  if ('issues' in read) return refuseDetail(read.issues);
  const issues = judge(updateRequest, read.value);
  if (issues.length > 0 || !isObject(read.value)) return refuseDetail(issues);
  const lost = lostIn(read.value, state);
  if (lost !== undefined) return lost;
  const version = (numberOf(agent.version) ?? 0) + 1;
  const versions = [...(Array.isArray(agent.versions) ? agent.versions : []), version];
  const changed: JsonObject = { ...agent, ...read.value, version, versions };
  state.agents.set(id, changed);
  return json(200, changed);
}

/** A model, a library or an agent that an agent names and that is not there. */
function lostIn(body: JsonObject, state: MistralState): Answer | undefined {
  const model = textOf(body.model ?? undefined);
  if (model !== undefined && findModel(state.models, model) === undefined) return detail(400, `Invalid model: ${model}`);
  return lostLibrary(body.tools, state) ?? lostHandoff(body.handoffs, state);
}

/** A library that a tool names and that is not there. */
export function lostLibrary(tools: JsonValue | undefined, state: MistralState): Answer | undefined {
  const ids = (Array.isArray(tools) ? tools : [])
    .filter(isObject)
    .flatMap((tool) => (tool.type === 'document_library' && Array.isArray(tool.library_ids) ? tool.library_ids : []));
  return ids.every((id) => typeof id === 'string' && state.libraries.has(id)) ? undefined : detail(404, 'Library not found');
}

function lostHandoff(handoffs: JsonValue | undefined, state: MistralState): Answer | undefined {
  const ids = Array.isArray(handoffs) ? handoffs : [];
  return ids.every((id) => typeof id === 'string' && state.agents.has(id)) ? undefined : detail(404, 'Agent not found');
}
