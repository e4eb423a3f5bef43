import type { JsonObject } from '@ai-proxy/core';
import { composeChat } from '../content/compose.ts';
import { hexId, uuid } from '../content/identifiers.ts';
import { countTokens, groupTokens, tokensOf } from '../content/tokens.ts';
import { isObject, objectsOf, textOf } from '../json/json-object.ts';
import { json } from '../server/answer.ts';
import type { Answer, StreamEvent } from '../server/answer.ts';
import type { Served, ServedRequest } from '../server/served-request.ts';
import { anything, closed, flag, freeObject, judge, list, listOr, may, need, orNull, text } from '../validation/shape.ts';
import { lostLibrary } from './agents.ts';
import { detail, invalidModel, refuseDetail, refuseIssues } from './errors.ts';
import { readJsonBody } from './inference.ts';
import { findModel } from './models.ts';
import { keepFile, keepNewest } from './state.ts';
import type { MistralState } from './state.ts';

const more = {
  inputs: need(listOr(list(freeObject), text)),
  stream: may(flag),
  store: may(orNull(flag)),
  handoff_execution: may(orNull(text)),
  completion_args: may(orNull(freeObject)),
  guardrails: may(orNull(list(freeObject))),
  tool_confirmations: may(orNull(list(freeObject))),
};
const startRequest = closed({
  ...more,
  instructions: may(orNull(text)),
  tools: may(orNull(list(freeObject))),
  name: may(orNull(text)),
  description: may(orNull(text)),
  metadata: may(orNull(freeObject)),
  agent_id: may(orNull(text)),
  agent_version: may(anything),
  model: may(orNull(text)),
});

const restartRequest = closed({
  ...more,
  inputs: may(listOr(list(freeObject), text)),
  from_entry_id: need(text),
  agent_version: may(anything),
});

/** `GET /v1/conversations` */
export function listConversations(request: ServedRequest, state: MistralState): Answer {
  const size = Number(request.query.get('page_size') ?? 100);
  const from = Number(request.query.get('page') ?? 0) * size;
  const all = [...state.conversations.keys()].map((id) => ({
    id,
    object: 'conversation',
    created_at: momentOf(state),
    updated_at: momentOf(state),
  }));
  return json(200, all.slice(from, from + size));
}

const momentOf = (state: MistralState): string => new Date(state.now() * 1000).toISOString();

/** What one conversation's routes do, but for those that go on with it. */
export function withConversation(request: ServedRequest, state: MistralState, id: string, rest: string): Answer {
  const messages = state.conversations.get(id);
  if (messages === undefined) return detail(404, 'Conversation not found');
  if (request.method === 'DELETE') {
    state.conversations.delete(id);
    return { kind: 'bytes', status: 204, contentType: 'application/json', bytes: new Uint8Array() };
  }
  if (rest === '/history') return json(200, { object: 'conversation.history', conversation_id: id, entries: messages });
  if (rest === '/messages') return json(200, { object: 'conversation.messages', conversation_id: id, messages });
  return json(200, { id, object: 'conversation', created_at: momentOf(state), updated_at: momentOf(state) });
}

/** `POST /v1/conversations`, and `POST /v1/conversations/{id}` where an id is given; `restart` goes on with it in another. */
export function serveConversation(request: ServedRequest, state: MistralState, id?: string, restart = false): Served {
  const history = id === undefined ? [] : state.conversations.get(id);
  if (history === undefined) return { answer: detail(404, 'Not Found'), inference: true };
  const read = readJsonBody(request);
  if ('issues' in read) return { answer: refuseDetail(read.issues), inference: true };
  const issues = judge(id === undefined ? startRequest : restart ? restartRequest : closed(more), read.value);
  if (issues.length > 0 || !isObject(read.value)) return { answer: refuseIssues(issues), inference: true };
  const body = read.value;
  const lost = lostIn(body, state);
  if (lost !== undefined) return { answer: lost, inference: true };
  const agent = state.agents.get(textOf(body.agent_id ?? undefined) ?? '');
  const model = textOf(body.model ?? agent?.model ?? undefined) ?? 'mistral-medium-latest';
  if (findModel(state.models, model)?.capabilities.includes('completion_chat') !== true)
    return { answer: invalidModel(model), inference: true };
  const conversationId = id !== undefined && !restart ? id : `conv_${hexId(`conversation ${request.index} ${state.now()}`)}`;
  const messages = [...history, ...inputMessages(body)];
  const composition = composeChat({
    model,
    messages,
    tools: { tools: [], choice: 'none', parallel: false },
    choices: 1,
    maxTokens: undefined,
    stop: [],
    format: 'text',
    thinks: false,
    prefix: '',
  });
  const answerText = composition.texts[0] ?? '';
  state.conversations.set(conversationId, [...messages, { role: 'assistant', content: answerText }]);
  keepNewest(state.conversations, 1000);
  const usage = {
    prompt_tokens: composition.promptTokens,
    completion_tokens: composition.completionTokens,
    total_tokens: composition.promptTokens + composition.completionTokens,
  };
  const file = paint(body, agent, request, state);
  const reply = {
    conversationId,
    model,
    text: answerText,
    file,
    usage,
    messageId: `msg_${hexId(`message ${request.index}`)}`,
    at: state.now(),
  };
  const answer = body.stream === true ? streamReply(reply, request.chunks(model)) : wholeReply(reply);
  return { answer, inference: true, model };
}

/** An agent, a library or a file that a conversation names and that is not there. */
function lostIn(body: JsonObject, state: MistralState): Answer | undefined {
  const agent = textOf(body.agent_id ?? undefined);
  if (agent !== undefined && !state.agents.has(agent)) return detail(404, 'Agent not found');
  const files = objectsOf(body.inputs).flatMap((entry) => objectsOf(entry.content).map((part) => textOf(part.file_id)));
  if (files.some((file) => file !== undefined && !state.files.has(file))) return detail(404, 'No file matches the given query.');
  return lostLibrary(body.tools ?? undefined, state);
}

/** Where a tool that makes pictures is at hand, it makes one. */
function paint(body: JsonObject, agent: JsonObject | undefined, request: ServedRequest, state: MistralState): JsonObject | undefined {
  const tools = [...objectsOf(body.tools ?? undefined), ...objectsOf(agent?.tools ?? undefined)];
  if (!tools.some((tool) => tool.type === 'image_generation')) return undefined;
  const id = uuid(`picture ${request.index} ${state.now()}`);
  const entry = {
    id,
    filename: 'image_generated_0.png',
    purpose: 'batch',
    sample_type: 'instruct',
    source: 'mistral',
    mimetype: 'image/png',
  };
  if (keepFile(state, entry, new TextEncoder().encode(`picture ${id}`)) === undefined) return undefined;
  return { type: 'tool_file', tool: 'image_generation', file_id: id, file_name: entry.filename, file_type: 'png' };
}

interface ConversationReply {
  readonly conversationId: string;
  readonly messageId: string;
  readonly model: string;
  readonly text: string;
  readonly file: JsonObject | undefined;
  readonly usage: JsonObject;
  readonly at: number;
}

function wholeReply(reply: ConversationReply): Answer {
  const at = new Date(reply.at * 1000).toISOString();
  const output = {
    object: 'entry',
    type: 'message.output',
    created_at: at,
    completed_at: at,
    id: reply.messageId,
    model: reply.model,
    role: 'assistant',
    content: reply.file ? [{ type: 'text', text: reply.text }, reply.file] : reply.text,
  };
  return json(200, { object: 'conversation.response', conversation_id: reply.conversationId, outputs: [output], usage: reply.usage });
}

/** Named events whose data says the name again, and no `[DONE]`. */
function streamReply(reply: ConversationReply, chunks: number | undefined): Answer {
  const created_at = new Date(reply.at * 1000).toISOString();
  const named = (type: string, data: JsonObject, tokens?: number): StreamEvent => ({
    event: type,
    data: { type, created_at, ...data },
    ...(tokens === undefined ? {} : { tokens }),
  });
  const { messageId: id, model } = reply;
  const deltas = groupTokens(tokensOf(reply.text), chunks).map((content) =>
    named(
      'message.output.delta',
      { output_index: 0, id, content_index: 0, model, agent_id: null, role: 'assistant', content },
      countTokens(content),
    ),
  );
  const events = [
    named('conversation.response.started', { conversation_id: reply.conversationId }),
    ...deltas,
    ...(reply.file
      ? [
          named('message.output.delta', {
            output_index: 0,
            id,
            content_index: 1,
            model,
            agent_id: null,
            role: 'assistant',
            content: reply.file,
          }),
        ]
      : []),
    named('conversation.response.done', { usage: reply.usage }),
  ];
  return { kind: 'stream', status: 200, events };
}

function inputMessages(body: JsonObject): JsonObject[] {
  if (typeof body.inputs === 'string') return [{ role: 'user', content: body.inputs }];
  return objectsOf(body.inputs).map((entry) => ({ role: entry.role ?? 'user', content: entry.content ?? entry.result ?? '' }));
}
