import { isJsonObject } from '../json/json.ts';
import type { JsonObject } from '../json/json.ts';
import { textBytes } from './text-bytes.ts';

/** Bytes of the text in a canonical chunk or answer: what was said, thought and called. Asked of every chunk of a stream. */
export function outputBytes(output: JsonObject): number {
  const { choices } = output;
  if (!Array.isArray(choices)) return 0;
  let bytes = 0;
  for (const choice of choices) {
    if (!isJsonObject(choice)) continue;
    if (typeof choice.text === 'string') bytes += textBytes(choice.text);
    const said = choice.delta ?? choice.message;
    if (!isJsonObject(said)) continue;
    const { content, reasoning_content: thoughts = said.reasoning, refusal, tool_calls: calls, function_call: call } = said;
    if (typeof content === 'string') bytes += textBytes(content);
    else if (content !== undefined) bytes += bytesOfTexts(content);
    if (typeof thoughts === 'string') bytes += textBytes(thoughts);
    if (typeof refusal === 'string') bytes += textBytes(refusal);
    if (calls !== undefined) bytes += bytesOfTexts(calls);
    if (call !== undefined) bytes += bytesOfTexts(call);
  }
  return bytes;
}

/** Where the dialects that are known keep what a model says. */
const textFields: ReadonlySet<string> = new Set([
  'content',
  'text',
  'response',
  'thinking',
  'reasoning',
  'reasoning_content',
  'refusal',
  'delta',
  'name',
  'arguments',
  'partial_json',
]);

/** Bytes of everything that a model says in an answer or an event of any dialect. */
export function bytesOfTexts(value: unknown): number {
  let bytes = 0;
  if (Array.isArray(value)) {
    // A vector of an embedding is thousands of numbers.
    if (typeof value[0] !== 'number') for (const one of value) bytes += bytesOfTexts(one);
    return bytes;
  }
  if (!isJsonObject(value)) return 0;
  for (const [name, field] of Object.entries(value)) {
    if (typeof field === 'string') {
      if (textFields.has(name)) bytes += textBytes(field);
    } else if (name === 'arguments' && isJsonObject(field)) bytes += textBytes(JSON.stringify(field));
    else if (typeof field === 'object') bytes += bytesOfTexts(field);
  }
  return bytes;
}
