import type { JsonObject } from '@ai-proxy/core';
import { contentText, countPromptTokens } from '../content/conversation.ts';
import { isObject, numberOf, objectsOf, textOf } from '../json/json-object.ts';
import type { JsonAnswer } from '../server/answer.ts';
import { llamaError } from './errors.ts';
import type { GgufSetup } from './setup.ts';

/** What llama-server refuses of a chat request: arguments by 400, what its template or its parts throw by 500. */
export function refuseLlamaChat(body: JsonObject, setup: GgufSetup): JsonAnswer | undefined {
  const messages = objectsOf(body.messages);
  if (!Array.isArray(body.messages)) return llamaError(400, "'messages' is required");
  return (
    refuseFields(body, setup) ??
    refuseMessages(messages, setup) ??
    refuseTrailing(messages, body) ??
    refuseTemplate(messages, setup) ??
    refuseContext(messages, setup)
  );
}

function refuseFields(body: JsonObject, setup: GgufSetup): JsonAnswer | undefined {
  const tools = objectsOf(body.tools).length > 0;
  if (tools && !setup.jinja) return llamaError(500, 'tools param requires --jinja flag');
  if (tools && typeof body.grammar === 'string') return llamaError(400, 'Cannot use custom grammar constraints with tools.');
  if (typeof body.grammar === 'string' && isObject(body.json_schema)) return llamaError(500, 'Cannot use both json_schema and grammar');
  if (typeof body.tool_choice === 'string' && !['auto', 'none', 'required'].includes(body.tool_choice)) {
    return llamaError(400, `Invalid tool_choice: ${body.tool_choice}`);
  }
  if ((numberOf(body.n) ?? 1) > setup.slots)
    return llamaError(400, 'n_cmpl cannot be greater than the number of slots, please increase -np');
  if (isObject(body.response_format)) {
    const type = textOf(body.response_format.type) ?? 'text';
    if (!['text', 'json_object', 'json_schema'].includes(type)) {
      return llamaError(400, `response_format type must be one of "text" or "json_object", but got: ${type}`);
    }
  }
  if (tools && body.stream === true && body.logprobs === true) return llamaError(400, 'logprobs is not supported with tools + stream');
  if (numberOf(body.top_logprobs) !== undefined && body.logprobs !== true)
    return llamaError(400, 'top_logprobs requires logprobs to be set to true');
  const template = body.chat_template_kwargs;
  if (isObject(template) && template.enable_thinking !== undefined && typeof template.enable_thinking !== 'boolean') {
    return llamaError(400, 'invalid type for "enable_thinking" (expected boolean, got string)');
  }
  if (body.continue_final_message === true && body.add_generation_prompt === true) {
    return llamaError(400, 'Cannot set both add_generation_prompt and continue_final_message to true.');
  }
  return undefined;
}

function refuseMessages(messages: readonly JsonObject[], setup: GgufSetup): JsonAnswer | undefined {
  for (const message of messages) {
    const calls = objectsOf(message.tool_calls);
    const empty = message.content === undefined || message.content === null;
    if (empty && message.role !== 'assistant') return llamaError(400, "All non-assistant messages must contain 'content'");
    if (empty && calls.length === 0) return llamaError(400, "Assistant message must contain either 'content' or 'tool_calls'!");
    if (calls.some((call) => call.type !== 'function')) return llamaError(400, 'Unsupported tool call type');
    for (const part of objectsOf(message.content)) {
      const refused = refusePart(part, setup);
      if (refused !== undefined) return refused;
    }
  }
  return undefined;
}

function refusePart(part: JsonObject, setup: GgufSetup): JsonAnswer | undefined {
  const type = textOf(part.type) ?? '';
  if (type === 'text') return undefined;
  if (!['image_url', 'input_audio', 'input_video', 'video_url'].includes(type)) return llamaError(400, 'unsupported content[].type');
  if (!setup.multimodal)
    return llamaError(
      500,
      `${type === 'image_url' ? 'image' : 'audio'} input is not supported - hint: if this is unexpected, you may need to provide the mmproj`,
    );
  if (type === 'image_url' && (!isObject(part.image_url) || typeof part.image_url.url !== 'string'))
    return llamaError(400, 'invalid url value');
  return undefined;
}

function refuseTrailing(messages: readonly JsonObject[], body: JsonObject): JsonAnswer | undefined {
  const last = messages.at(-1);
  if (last?.role !== 'assistant' || body.continue_final_message === false) return undefined;
  if (messages.at(-2)?.role === 'assistant') return llamaError(400, 'Cannot have 2 or more assistant messages at the end of the list.');
  return objectsOf(last.tool_calls).length > 0 ? llamaError(400, 'Cannot continue an assistant message with tool calls.') : undefined;
}

function refuseTemplate(messages: readonly JsonObject[], setup: GgufSetup): JsonAnswer | undefined {
  if (setup.template !== 'mistral') return undefined;
  const turns = messages.filter(
    (message) => message.role === 'user' || (message.role === 'assistant' && objectsOf(message.tool_calls).length === 0),
  );
  if (turns.some((message, index) => (message.role === 'user') !== (index % 2 === 0))) {
    return llamaError(500, 'After the optional system message, conversation roles must alternate user/assistant/user/assistant/...');
  }
  const ids = messages.flatMap((message) => [
    ...objectsOf(message.tool_calls).map((call) => textOf(call.id) ?? ''),
    ...(message.role === 'tool' ? [textOf(message.tool_call_id ?? undefined) ?? ''] : []),
  ]);
  return ids.some((id) => id.length !== 9) ? llamaError(500, 'Tool call IDs should be alphanumeric strings with length 9!') : undefined;
}

function refuseContext(messages: readonly JsonObject[], setup: GgufSetup): JsonAnswer | undefined {
  const count = countPromptTokens(messages);
  if (count < setup.contextLength) return undefined;
  const message = 'the request exceeds the available context size. try increasing the context size or enable context shift';
  return llamaError(400, message, { type: 'exceed_context_size_error', n_prompt_tokens: count, n_ctx: setup.contextLength });
}

/** What the last message begins, where the server is to go on with it. */
export function prefill(messages: readonly JsonObject[], body: JsonObject): string {
  const last = messages.at(-1);
  return last?.role === 'assistant' && body.continue_final_message !== false ? contentText(last.content) : '';
}
