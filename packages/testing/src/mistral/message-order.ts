import type { JsonObject } from '@ai-proxy/core';
import { isObject, objectsOf, textOf, wordOf } from '../json/json-object.ts';
import type { JsonAnswer } from '../server/answer.ts';
import { refuse } from './errors.ts';

/** Which rules differ between deployments. */
export interface OrderRules {
  /** Deployments before the middle of 2026 refuse a user message right after a tool's. */
  readonly userAfterTool: boolean;
  /** The model's tokenizer is old: no content beside tool calls. */
  readonly oldTokenizer: boolean;
}

/** The first rule that a list of messages breaks, as the API answers it; nothing where all hold. */
export function refuseOrder(messages: readonly JsonObject[], rules: OrderRules): JsonAnswer | undefined {
  return refuseRoles(messages, rules) ?? refuseAssistants(messages, rules) ?? refuseIds(messages) ?? refuseToolCounts(messages);
}

function misordered(message: string): JsonAnswer {
  return refuse(400, message, 'invalid_request_message_order', '3230');
}

function refuseRoles(messages: readonly JsonObject[], rules: OrderRules): JsonAnswer | undefined {
  const first = messages[0];
  const last = messages.at(-1);
  if (first === undefined || last === undefined) return misordered('Conversation must have at least one message');
  if (first.role !== 'system' && first.role !== 'user')
    return misordered(`Expected first role System or User but got ${wordOf(first.role)}`);
  for (const [index, message] of messages.entries()) {
    const before = messages[index - 1]?.role;
    if (typeof before === 'string' && !mayFollow(before, wordOf(message.role), rules)) {
      return misordered(`Unexpected role '${wordOf(message.role)}' after role '${before}'`);
    }
    if (message.prefix === true && message !== last) return misordered('Only the last assistant message can have prefix True');
  }
  if (last.role === 'user' || last.role === 'tool' || (last.role === 'assistant' && last.prefix === true)) return undefined;
  return misordered(`Expected last role User or Tool (or Assistant with prefix True) for serving but got ${wordOf(last.role)}`);
}

function mayFollow(before: string, role: string, rules: OrderRules): boolean {
  switch (before) {
    case 'tool':
      return role === 'assistant' || role === 'tool' || (role === 'user' && rules.userAfterTool);
    case 'assistant':
      return role !== 'system';
    default:
      return role !== 'tool';
  }
}

function refuseAssistants(messages: readonly JsonObject[], rules: OrderRules): JsonAnswer | undefined {
  for (const message of messages.filter((candidate) => candidate.role === 'assistant')) {
    const content = typeof message.content === 'string' ? message.content !== '' : objectsOf(message.content).length > 0;
    const calls = objectsOf(message.tool_calls).length > 0;
    if (!content && !calls) {
      return refuse(
        400,
        'Assistant message must have either content or tool_calls, but not none.',
        'invalid_request_assistant_message',
        '3240',
      );
    }
    if (content && calls && rules.oldTokenizer) {
      return refuse(
        400,
        'Assistant message must have either content or tool_calls, but not both.',
        'invalid_request_assistant_message',
        '3240',
      );
    }
  }
  return undefined;
}

const callId = /^[a-zA-Z0-9]{9}$/u;

function refuseIds(messages: readonly JsonObject[]): JsonAnswer | undefined {
  for (const message of messages) {
    const ids =
      message.role === 'tool' ? [textOf(message.tool_call_id ?? undefined)] : objectsOf(message.tool_calls).map((call) => textOf(call.id));
    for (const id of ids) {
      if (id === undefined || id === 'null') return refuseFunction('Tool call id has to be defined.');
      if (!callId.test(id)) return refuseFunction(`Tool call id was ${id} but must be a-z, A-Z, 0-9, with a length of 9.`);
    }
    for (const call of objectsOf(message.tool_calls)) {
      const name = isObject(call.function) ? (textOf(call.function.name) ?? '') : '';
      if (!isFunctionName(name)) return refuseName(name);
    }
  }
  return undefined;
}

/** Refuses tools whose names the API does not take. */
export function refuseToolNames(tools: readonly JsonObject[]): JsonAnswer | undefined {
  const names = tools.map((tool) => (isObject(tool.function) ? (textOf(tool.function.name) ?? '') : 'built-in'));
  const wrong = names.find((name) => !isFunctionName(name));
  return wrong === undefined ? undefined : refuseName(wrong);
}

function isFunctionName(name: string): boolean {
  return /^[a-zA-Z0-9_-]{1,64}$/u.test(name);
}

function refuseName(name: string): JsonAnswer {
  const rule = 'must be a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum length of 64.';
  return refuseFunction(`Function name was ${name} but ${rule}`);
}

function refuseFunction(message: string): JsonAnswer {
  return refuse(400, message, 'invalid_function_call', '3280');
}

function refuseToolCounts(messages: readonly JsonObject[]): JsonAnswer | undefined {
  for (const [index, message] of messages.entries()) {
    if (message.role !== 'assistant') continue;
    const calls = objectsOf(message.tool_calls).map((call) => textOf(call.id) ?? '');
    const rest = messages.slice(index + 1);
    const end = rest.findIndex((candidate) => candidate.role !== 'tool');
    const results = (end === -1 ? rest : rest.slice(0, end)).map((candidate) => textOf(candidate.tool_call_id ?? undefined) ?? '');
    if (calls.length !== results.length) return misordered('Not the same number of function calls and responses');
    if (new Set(calls).size !== calls.length) return misordered('Duplicate tool call id in assistant message');
    const stranger = results.find((id) => !calls.includes(id));
    if (stranger !== undefined) return misordered(`Unexpected tool call id ${stranger} in tool results`);
    if (new Set(results).size !== results.length) return misordered('Duplicate tool call id in tool results');
  }
  return undefined;
}
