import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue } from '@ai-proxy/core';
import type { ReasoningFields } from '../options/ollama-options.ts';

/** What one line of an answer says; `/api/chat` says it inside of `message`, `/api/generate` beside the rest. */
export interface AnswerLine {
  readonly text: string;
  readonly thinking: string;
  readonly toolCalls: readonly JsonValue[];
  readonly logprobs: readonly JsonValue[];
}

export function readAnswerLine(line: JsonObject): AnswerLine {
  const said = isJsonObject(line['message']) ? line['message'] : line;
  const text = said === line ? line['response'] : said['content'];
  const { thinking, tool_calls: calls } = said;
  const { logprobs } = line;
  return {
    text: typeof text === 'string' ? text : '',
    thinking: typeof thinking === 'string' ? thinking : '',
    toolCalls: Array.isArray(calls) ? calls : [],
    logprobs: Array.isArray(logprobs) ? logprobs : [],
  };
}

/** Puts thinking under the names that clients read it by. */
export function writeThinking(holder: JsonObject, thinking: string, fields: ReasoningFields): void {
  if (fields !== 'reasoning') holder['reasoning_content'] = thinking;
  if (fields !== 'reasoning_content') holder['reasoning'] = thinking;
}
