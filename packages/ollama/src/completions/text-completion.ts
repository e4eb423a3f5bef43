import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue, ProviderCall, StreamDecoder } from '@ai-proxy/core';
import { toObjects } from '../requests/field-rules.ts';
import { echoedPrompt } from './echo.ts';
import { toTextLogprobs } from './text-logprobs.ts';

/** An answer in chat's form as OpenAI's older completion. */
export function toTextCompletion(chat: JsonObject, offset = 0): JsonObject {
  const { id, choices, usage, ...head } = chat;
  const result: JsonObject = {
    ...head,
    id: toCompletionId(id),
    object: 'text_completion',
    choices: toObjects(choices).map((choice) => toTextChoice(choice, offset)),
  };
  if (usage !== undefined) result['usage'] = usage;
  return result;
}

/** A stream in chat's form as one of the older form. Chunks that only name the role, or only think, have nothing to say in it. */
export function toTextCompletionDecoder(decoder: StreamDecoder, call: ProviderCall): StreamDecoder {
  let echo = echoedPrompt(call);
  let offset = echo.length;

  function convert(chunk: JsonObject): JsonObject[] {
    const text = toTextCompletion(chunk, offset);
    const [choice] = toObjects(text['choices']);
    if (choice === undefined) return [text];
    const said = typeof choice['text'] === 'string' ? choice['text'] : '';
    offset += said.length;
    choice['text'] = echo + said;
    echo = '';
    const saysSomething = choice['text'] !== '' || choice['finish_reason'] !== null || choice['logprobs'] !== null;
    return saysSomething ? [text] : [];
  }

  return {
    get done() {
      return decoder.done === true;
    },
    decode: (frame) => decoder.decode(frame).flatMap(convert),
    end: () => decoder.end(),
  };
}

function toTextChoice(choice: JsonObject, offset: number): JsonObject {
  const { index, message, delta, finish_reason: reason, logprobs } = choice;
  const said = isJsonObject(message) ? message : isJsonObject(delta) ? delta : {};
  const { content } = said;
  return {
    text: typeof content === 'string' ? content : '',
    index,
    logprobs: toTextLogprobs(logprobs, offset),
    finish_reason: toTextFinish(reason),
  };
}

// The older form has no tools to stop for.
function toTextFinish(reason: JsonValue | undefined): string | null {
  if (typeof reason !== 'string') return null;
  return reason === 'length' ? reason : 'stop';
}

function toCompletionId(id: JsonValue | undefined): string {
  return `cmpl-${typeof id === 'string' ? id.replace(/^chatcmpl-/, '') : ''}`;
}
