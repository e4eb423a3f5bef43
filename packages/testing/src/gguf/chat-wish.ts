import type { JsonObject } from '@ai-proxy/core';
import type { ChatWish } from '../content/compose.ts';
import { functionTools } from '../content/tool-choice.ts';
import type { ToolWish } from '../content/tool-choice.ts';
import { stopMarks } from '../content/stop-marks.ts';
import { isObject, numberOf, objectsOf, textOf } from '../json/json-object.ts';
import { prefill } from './refuse-chat.ts';
import type { GgufSetup } from './setup.ts';

/** Reads a chat request as llama-server does: an object as `tool_choice` is taken for `auto` without a word. */
export function llamaChatWish(body: JsonObject, setup: GgufSetup): ChatWish {
  const messages = objectsOf(body.messages);
  const choice = body.tool_choice === 'none' || body.tool_choice === 'required' ? body.tool_choice : 'auto';
  return {
    ...common(body, setup, choice),
    choices: numberOf(body.n) ?? 1,
    maxTokens: limit(body.max_tokens, body.max_completion_tokens, body.n_predict),
    format: llamaFormat(body),
    thinks:
      setup.reasoning &&
      body.reasoning_effort !== 'none' &&
      !(isObject(body.chat_template_kwargs) && body.chat_template_kwargs.enable_thinking === false),
    prefix: prefill(messages, body),
  };
}

/** Reads a chat request as llama-cpp-python does: `max_completion_tokens` and `n` mean nothing to it. */
export function pythonChatWish(body: JsonObject, setup: GgufSetup): ChatWish {
  const named =
    isObject(body.tool_choice) && isObject(body.tool_choice.function) ? { name: textOf(body.tool_choice.function.name) ?? '' } : undefined;
  const choice = named ?? (body.tool_choice === 'none' || body.tool_choice === 'required' ? body.tool_choice : 'auto');
  const format = isObject(body.response_format) && body.response_format.type === 'json_object' ? jsonObject(body.response_format) : 'text';
  return { ...common(body, setup, choice), choices: 1, maxTokens: limit(body.max_tokens), format, thinks: false, prefix: '' };
}

function common(body: JsonObject, setup: GgufSetup, choice: ToolWish['choice']): Pick<ChatWish, 'model' | 'messages' | 'tools' | 'stop'> {
  return {
    model: setup.model,
    messages: objectsOf(body.messages),
    tools: { tools: functionTools(body), choice, parallel: body.parallel_tool_calls !== false },
    stop: stopMarks(body.stop),
  };
}

/** The first limit that is given; a negative one means none. */
export function limit(...values: unknown[]): number | undefined {
  const given = values.find((value) => typeof value === 'number');
  return given === undefined || given < 0 ? undefined : given;
}

function llamaFormat(body: JsonObject): ChatWish['format'] {
  if (isObject(body.json_schema)) return { schema: body.json_schema };
  if (!isObject(body.response_format)) return 'text';
  if (body.response_format.type === 'json_object') return jsonObject(body.response_format);
  if (body.response_format.type !== 'json_schema') return 'text';
  return isObject(body.response_format.json_schema) ? { schema: body.response_format.json_schema.schema } : 'json';
}

function jsonObject(format: JsonObject): ChatWish['format'] {
  return isObject(format.schema) ? { schema: format.schema } : 'json';
}
