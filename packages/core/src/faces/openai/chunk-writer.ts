import type { Call } from '../../call/call.ts';
import { ProxyError } from '../../errors/proxy-error.ts';
import { sseData } from '../../framing/sse-writer.ts';
import { isJsonObject } from '../../json/json.ts';
import type { JsonObject } from '../../json/json.ts';
import { readHead } from './answer-head.ts';
import type { AnswerHead } from './answer-head.ts';
import { createChatMender, createTextMender } from './chunk-choices.ts';
import { learnDelta, onlyText } from './repeated-delta.ts';
import type { RepeatedDelta } from './repeated-delta.ts';

/** Writes the chunks of one stream. */
export interface ChunkWriter {
  chunk(chunk: unknown): string;
  /** What was held back until now: the usage, where the caller asked for it. */
  rest(): string;
}

/**
 * Writes canonical chunks as OpenAI does: one id, one time and one model for the whole stream, and the usage only for callers who asked for it,
 * after everything else. A chunk that needs no change is not copied.
 */
export function createChunkWriter(call: Call, now: () => number): ChunkWriter {
  const isText = call.operation === 'completions';
  const object = isText ? 'text_completion' : 'chat.completion.chunk';
  const mendChoices = isText ? createTextMender() : createChatMender();
  const usageAsked = asksForUsage(call.input);
  let head: AnswerHead | undefined;
  let usageChunk: JsonObject | undefined;
  let repeated: RepeatedDelta | undefined;

  return {
    chunk(chunk) {
      if (!isJsonObject(chunk)) {
        throw new ProxyError('A chunk of the stream is not an object: a provider or a policy made something else of it.', {
          status: 500,
          code: 'internal_error',
        });
      }
      const { choices } = chunk;
      if (isJsonObject(chunk['usage'])) usageChunk = chunk;
      // Callers read `choices[0]` without looking, unless they asked for the usage and so expect a chunk without choices at the end.
      if (!Array.isArray(choices) || choices.length === 0) return '';
      const { id, created, model } = (head ??= readHead(chunk, call, now));
      const mended = mendChoices(choices);
      const fits = chunk['id'] === id && chunk['created'] === created && chunk['model'] === model && chunk['object'] === object;
      const isReady = fits && mended === choices && chunk['usage'] === undefined;
      const text = isReady ? onlyText(chunk) : undefined;
      if (text !== undefined && repeated?.fits(choices[0])) return repeated.write(text);

      const json = JSON.stringify(isReady ? chunk : { ...chunk, id, object, created, model, choices: mended, usage: undefined });
      // Spliced into the text: a copy of every chunk would cost more than the chunk.
      const event = sseData(usageAsked ? `${json.slice(0, -1)},"usage":null}` : json);
      if (text !== undefined) repeated = learnDelta(event, choices[0], text);
      return event;
    },
    rest() {
      if (!usageAsked || usageChunk === undefined) return '';
      const { id, created, model } = head ?? readHead(usageChunk, call, now);
      return sseData(JSON.stringify({ ...usageChunk, id, object, created, model, choices: [] }));
    },
  };
}

function asksForUsage(input: JsonObject): boolean {
  const options = input['stream_options'];
  return isJsonObject(options) && options['include_usage'] === true;
}
