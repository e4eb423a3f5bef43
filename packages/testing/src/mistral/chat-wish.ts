import type { JsonObject } from '@ai-proxy/core';
import { stopMarks } from '../content/stop-marks.ts';
import type { ChatWish } from '../content/compose.ts';
import { contentText } from '../content/conversation.ts';
import { functionTools } from '../content/tool-choice.ts';
import type { ToolWish } from '../content/tool-choice.ts';
import { isObject, numberOf, objectsOf, textOf } from '../json/json-object.ts';

/** Reads a valid chat request. */
export function toChatWish(body: JsonObject, model: string, thinks: boolean): ChatWish {
  const messages = objectsOf(body.messages);
  const last = messages.at(-1);
  return {
    model,
    messages,
    tools: { tools: functionTools(body), choice: toolChoice(body.tool_choice), parallel: body.parallel_tool_calls !== false },
    choices: numberOf(body.n) ?? 1,
    maxTokens: numberOf(body.max_tokens),
    stop: stopMarks(body.stop),
    format: answerFormat(body.response_format),
    thinks,
    prefix: last?.role === 'assistant' ? contentText(last.content) : '',
  };
}

function toolChoice(value: unknown): ToolWish['choice'] {
  if (isObject(value) && isObject(value.function)) return { name: textOf(value.function.name) ?? '' };
  if (value === 'any' || value === 'required') return 'required';
  return value === 'none' ? 'none' : 'auto';
}

function answerFormat(value: unknown): ChatWish['format'] {
  if (!isObject(value)) return 'text';
  if (value.type === 'json_object') return 'json';
  if (value.type === 'json_schema' && isObject(value.json_schema)) return { schema: value.json_schema.schema };
  return 'text';
}
