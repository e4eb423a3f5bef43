import { isJsonObject } from '../../json/json.ts';
import type { JsonObject, JsonValue } from '../../json/json.ts';
import { chatFinishReason, textFinishReason } from './finish-reason.ts';

/** Gives a stream's choices what clients rely on. The same array comes back where nothing is missing. */
export type ChoiceMender = (choices: JsonValue[]) => JsonValue[];

/**
 * For streams of chat: clients refuse a message whose role never came, and a choice without its index.
 * Has the state of one stream: which choices have begun.
 */
export function createChatMender(): ChoiceMender {
  const begun = new Set<JsonValue>();
  return (choices) =>
    mend(choices, (choice, position) => {
      const index = choice['index'] ?? position;
      const finishReason = chatFinishReason(choice['finish_reason']);
      const delta = isJsonObject(choice['delta']) ? choice['delta'] : {};
      const roleIsMissing = !begun.has(index) && (typeof delta['role'] !== 'string' || delta['role'] === '');
      begun.add(index);
      if (!roleIsMissing && choice['index'] === index && choice['delta'] === delta && choice['finish_reason'] === finishReason)
        return choice;
      return { ...choice, index, delta: roleIsMissing ? { ...delta, role: 'assistant' } : delta, finish_reason: finishReason };
    });
}

/** For streams of text completions, whose chunks have the fields of the whole answer. */
export function createTextMender(): ChoiceMender {
  return (choices) => mend(choices, mendTextChoice);
}

/** One choice of a text completion, whole or in a stream: all four fields are required. */
export function mendTextChoice(choice: JsonObject, position: number): JsonObject {
  const text = choice['text'] ?? '';
  const index = choice['index'] ?? position;
  const logprobs = choice['logprobs'] ?? null;
  const finishReason = textFinishReason(choice['finish_reason']);
  const isWhole = choice['text'] === text && choice['index'] === index && choice['logprobs'] === logprobs;
  if (isWhole && choice['finish_reason'] === finishReason) return choice;
  return { ...choice, text, index, logprobs, finish_reason: finishReason };
}

function mend(choices: JsonValue[], mendOne: (choice: JsonObject, position: number) => JsonObject): JsonValue[] {
  let mended: JsonValue[] | undefined;
  for (let position = 0; position < choices.length; position += 1) {
    const choice = choices[position];
    if (!isJsonObject(choice)) continue;
    const better = mendOne(choice, position);
    if (better === choice) continue;
    mended ??= [...choices];
    mended[position] = better;
  }
  return mended ?? choices;
}
