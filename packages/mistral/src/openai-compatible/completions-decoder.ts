import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, ProviderCall, StreamDecoder } from '@ai-proxy/core';
import type { ChatStreamDialect } from '../chat/stream/decoder.ts';
import { isDoneMark, parseObject } from '../chat/stream/frame-data.ts';
import { brokenOff } from '../chat/failed-generation.ts';
import { toUsage } from '../chat/usage.ts';
import { toInnerFailure } from '../errors/inner-failure.ts';
import { isErrorBody } from '../errors/is-error-body.ts';

/** Reads a stream of the older completions: text as it comes, usage last and in a chunk of its own. */
export function createCompletionsDecoder(call: ProviderCall, dialect: ChatStreamDialect): StreamDecoder {
  const finished = new Map<number, boolean>();
  let identity: { readonly id: string; readonly created: number } | undefined;
  let usage: JsonObject | undefined;
  let done = false;

  function toChunk(choices: JsonObject[]): JsonObject {
    const { id, created } = identity ?? { id: `cmpl-${call.id}`, created: call.now() };
    return { id, object: 'text_completion', created, model: call.model, choices };
  }

  function readChoice(choice: JsonObject, position: number): JsonObject | undefined {
    const { text, logprobs, finish_reason: reason } = choice;
    const index = typeof choice['index'] === 'number' ? choice['index'] : position;
    const before = finished.get(index) === true;
    const ends = typeof reason === 'string' && !before;
    finished.set(index, before || ends);
    const said = typeof text === 'string' ? text : '';
    if (said === '' && !ends) return undefined;
    return { text: said, index, logprobs: logprobs ?? null, finish_reason: ends ? reason : null };
  }

  function finish(): readonly JsonObject[] {
    if (usage === undefined) return [];
    const last: JsonObject = { ...toChunk([]), usage };
    usage = undefined;
    return [last];
  }

  function allFinished(): boolean {
    return finished.size > 0 && [...finished.values()].every(Boolean);
  }

  return {
    decode(frame) {
      if (done) return [];
      if (isDoneMark(frame.data)) {
        done = true;
        if (!dialect.doneIsProof && !allFinished()) throw brokenOff();
        return finish();
      }
      const event = parseObject(frame.data);
      if (frame.kind === 'error') throw toInnerFailure(event ?? frame.data, dialect.retryServerErrors);
      if (event === undefined) return [];
      if (isErrorBody(event)) throw toInnerFailure(event, dialect.retryServerErrors);
      const { id, created, choices } = event;
      identity ??= {
        id: typeof id === 'string' && id !== '' ? id : `cmpl-${call.id}`,
        created: typeof created === 'number' ? created : call.now(),
      };
      usage = toUsage(event['usage']) ?? usage;
      if (!Array.isArray(choices)) return [];
      const read = choices
        .filter(isJsonObject)
        .map(readChoice)
        .filter((choice) => choice !== undefined);
      return read.length === 0 ? [] : [toChunk(read)];
    },
    end() {
      const complete = done || allFinished();
      return { chunks: finish(), complete };
    },
  };
}
