import { isJsonObject } from '../json/json.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';

/** Tells a whole completion as the chunks of a stream, for a provider that answers whole where a stream was asked for. */
export function completionAsChunks(completion: JsonObject): JsonObject[] {
  const isText = completion.object === 'text_completion';
  const head: JsonObject = {
    id: completion.id,
    object: isText ? 'text_completion' : 'chat.completion.chunk',
    created: completion.created,
    model: completion.model,
  };
  const choices = Array.isArray(completion.choices) ? completion.choices.filter(isJsonObject) : [];
  const chunk = (choice: JsonObject): JsonObject => ({ ...head, choices: [choice] });

  const chunks = choices.flatMap((choice) => {
    const { index, finish_reason, logprobs = null } = choice;
    if (isText) return [chunk({ index, text: choice.text ?? '', finish_reason, logprobs })];
    const message = isJsonObject(choice.message) ? choice.message : {};
    return [chunk({ index, delta: deltaOf(message), finish_reason: null, logprobs }), chunk({ index, delta: {}, finish_reason })];
  });
  if (isJsonObject(completion.usage)) chunks.push({ ...head, choices: [], usage: completion.usage });
  return chunks;
}

function deltaOf(message: JsonObject): JsonObject {
  const { tool_calls: calls, ...delta } = message;
  if (!Array.isArray(calls)) return delta;
  return { ...delta, tool_calls: calls.map((call, index): JsonValue => (isJsonObject(call) ? { index, ...call } : call)) };
}
