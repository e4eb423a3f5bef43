import { invalidParameter, isJsonObject } from '@ai-proxy/core';
import type { FieldRule, JsonValue } from '@ai-proxy/core';
import { reportUnknownKeys } from '../../requests/closed-object.ts';

const known = new Set(['type', 'content']);

/** OpenAI allows the predicted text in parts, Mistral as one string. */
export const prediction: FieldRule = (value, field, { body, call }) => {
  if (!isJsonObject(value)) throw invalidParameter(field, '`prediction` must be an object');
  if (value['type'] !== undefined && value['type'] !== 'content') {
    call.drop(field, 'the provider knows the type content only');
    return;
  }
  reportUnknownKeys(value, known, field, call);
  body[field] = { type: 'content', content: toText(value['content']) };
};

function toText(content: JsonValue | undefined): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content))
    throw invalidParameter('prediction.content', '`prediction.content` must be a string or a list of text parts');
  return content
    .map((part, index) => {
      if (isJsonObject(part) && typeof part['text'] === 'string') return part['text'];
      throw invalidParameter(`prediction.content[${index}]`, `\`prediction.content[${index}]\` must be a text part`);
    })
    .join('');
}
