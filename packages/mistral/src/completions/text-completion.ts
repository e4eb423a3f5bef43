import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, StreamDecoder } from '@ai-proxy/core';

/** A chat answer as OpenAI's older completion. */
export function toTextCompletion(chat: JsonObject): JsonObject {
  const { id, created, model, choices, usage } = chat;
  const result: JsonObject = {
    id: toCompletionId(id),
    object: 'text_completion',
    created,
    model,
    choices: Array.isArray(choices) ? choices.filter(isJsonObject).map(toTextChoice) : [],
  };
  if (usage !== undefined) result['usage'] = usage;
  return result;
}

/** A chat stream as a stream of the older form: chunks that only name the role have nothing to say in it. */
export function toTextCompletionDecoder(decoder: StreamDecoder): StreamDecoder {
  const convert = (chunks: readonly JsonObject[]): readonly JsonObject[] => chunks.map(toTextCompletion).filter(saysSomething);
  return {
    decode: (frame) => convert(decoder.decode(frame)),
    end: () => {
      const { chunks, complete } = decoder.end();
      return { chunks: convert(chunks), complete };
    },
  };
}

function toTextChoice(choice: JsonObject): JsonObject {
  const { index, message, delta, finish_reason: reason } = choice;
  const said = isJsonObject(message) ? message : isJsonObject(delta) ? delta : {};
  const content = said['content'];
  return { text: typeof content === 'string' ? content : '', index, logprobs: null, finish_reason: toTextFinish(reason) };
}

// The older form has no tools to stop for.
function toTextFinish(reason: unknown): string | null {
  if (typeof reason !== 'string') return null;
  return reason === 'length' || reason === 'content_filter' ? reason : 'stop';
}

function saysSomething(chunk: JsonObject): boolean {
  const choices = chunk['choices'];
  if (!Array.isArray(choices) || choices.length === 0) return true;
  return choices.some((choice) => isJsonObject(choice) && (choice['text'] !== '' || choice['finish_reason'] !== null));
}

function toCompletionId(id: unknown): string {
  const text = typeof id === 'string' ? id : '';
  if (text.startsWith('cmpl-')) return text;
  return `cmpl-${text.startsWith('chatcmpl-') ? text.slice('chatcmpl-'.length) : text}`;
}
