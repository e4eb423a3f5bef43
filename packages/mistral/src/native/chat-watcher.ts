import { isJsonObject } from '@ai-proxy/core';
import type { Frame, JsonObject, JsonValue, NativeSight, NativeWatcher } from '@ai-proxy/core';
import { isDoneMark, parseObject } from '../chat/stream/frame-data.ts';
import { readErrorBody } from '../errors/error-body.ts';
import { isErrorBody } from '../errors/is-error-body.ts';
import { readUsageObject } from './usage.ts';

const nothing: NativeSight = {};

/** Watches streams in the form of chat completions: chat, fill-in-the-middle, agents, and OpenAI's older completions. */
export function createChatWatcher(): NativeWatcher {
  const finished = new Map<number, boolean>();
  let committed = false;
  let done = false;

  function readChoices(choices: JsonValue | undefined): void {
    if (!Array.isArray(choices)) return;
    for (let position = 0; position < choices.length; position += 1) {
      const choice = choices[position];
      if (!isJsonObject(choice)) continue;
      const index = typeof choice['index'] === 'number' ? choice['index'] : position;
      const ended = typeof choice['finish_reason'] === 'string';
      finished.set(index, ended || finished.get(index) === true);
      if (ended || hasOutput(choice)) committed = true;
    }
  }

  return {
    see(frame) {
      if (done || (committed && isPlainChunk(frame))) return nothing;
      if (isDoneMark(frame.data)) {
        done = true;
        return nothing;
      }
      const event = parseObject(frame.data);
      const failure = readFailure(frame, event);
      if (failure !== undefined) return { failure };
      if (event === undefined) return nothing;
      const before = committed;
      readChoices(event['choices']);
      const usage = readUsageObject(event['usage']);
      return { ...(committed && !before ? { commits: true } : {}), ...(usage === undefined ? {} : { usage }) };
    },
    complete() {
      return done || (finished.size > 0 && [...finished.values()].every(Boolean));
    },
  };
}

/** What a frame reports of a failure, in whatever shape. */
export function readFailure(frame: Frame, event: JsonObject | undefined): NativeSight['failure'] {
  if (frame.kind === 'error') return { message: readErrorBody(event ?? frame.data, 502).message, body: event ?? frame.data };
  if (event === undefined || !isErrorBody(event)) return undefined;
  return { message: readErrorBody(event, 502).message, body: event };
}

function hasOutput(choice: JsonObject): boolean {
  if (typeof choice['text'] === 'string' && choice['text'] !== '') return true;
  const delta = choice['delta'];
  if (!isJsonObject(delta)) return false;
  for (const name of ['content', 'tool_calls', 'reasoning_content', 'reasoning', 'refusal', 'function_call']) {
    const value = delta[name];
    if (isJsonObject(value) || ((typeof value === 'string' || Array.isArray(value)) && value.length > 0)) return true;
  }
  return false;
}

/**
 * Whether a chunk of a committed stream can hold nothing that has to be read: one choice that has been seen and does not end here, no
 * usage, no error. Judged by text, because parsing every chunk would cost more than forwarding it; quotes inside of JSON strings are
 * escaped, so that nothing a model writes can look like these keys.
 */
function isPlainChunk({ kind, data }: Frame): boolean {
  return (
    kind === 'event' &&
    data.includes('"choices":[{"index":0,') &&
    data.includes('"finish_reason":null') &&
    !data.includes('},{') &&
    !data.includes('"usage"') &&
    !data.includes('"error"')
  );
}
