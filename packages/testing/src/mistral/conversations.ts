import type { JsonObject } from '@ai-proxy/core';
import { composeChat } from '../content/compose.ts';
import { hexId } from '../content/identifiers.ts';
import { countTokens, groupTokens, tokensOf } from '../content/tokens.ts';
import { isObject, objectsOf, textOf } from '../json/json-object.ts';
import { json } from '../server/answer.ts';
import type { Answer, StreamEvent } from '../server/answer.ts';
import type { Served, ServedRequest } from '../server/served-request.ts';
import { anything, closed, flag, freeObject, judge, list, listOr, may, need, orNull, text } from '../validation/shape.ts';
import { detail, invalidModel, refuseDetail, refuseIssues } from './errors.ts';
import { readJsonBody } from './inference.ts';
import { findModel } from './models.ts';
import { keepNewest } from './state.ts';
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

/** `POST /v1/conversations`, and `POST /v1/conversations/{id}` where an id is given. */
export function serveConversation(request: ServedRequest, state: MistralState, id?: string): Served {
  const history = id === undefined ? [] : state.conversations.get(id);
  if (history === undefined) return { answer: detail(404, 'Not Found'), inference: true };
  const read = readJsonBody(request);
  if ('issues' in read) return { answer: refuseDetail(read.issues), inference: true };
  const issues = judge(id === undefined ? startRequest : closed(more), read.value);
  if (issues.length > 0 || !isObject(read.value)) return { answer: refuseIssues(issues), inference: true };
  const body = read.value;
  const model = textOf(body.model ?? undefined) ?? 'mistral-medium-latest';
  if (findModel(state.models, model)?.capabilities.includes('completion_chat') !== true)
    return { answer: invalidModel(model), inference: true };
  const conversationId = id ?? `conv_${hexId(`conversation ${request.index} ${state.now()}`)}`;
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
  const reply = { conversationId, model, text: answerText, usage, messageId: `msg_${hexId(`message ${request.index}`)}`, at: state.now() };
  const answer = body.stream === true ? streamReply(reply, request.chunks(model)) : wholeReply(reply);
  return { answer, inference: true, model };
}

interface ConversationReply {
  readonly conversationId: string;
  readonly messageId: string;
  readonly model: string;
  readonly text: string;
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
    content: reply.text,
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
    named('conversation.response.done', { usage: reply.usage }),
  ];
  return { kind: 'stream', status: 200, events };
}

function inputMessages(body: JsonObject): JsonObject[] {
  if (typeof body.inputs === 'string') return [{ role: 'user', content: body.inputs }];
  return objectsOf(body.inputs).map((entry) => ({ role: entry.role ?? 'user', content: entry.content ?? entry.result ?? '' }));
}
