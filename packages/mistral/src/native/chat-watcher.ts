import { bytesOfTexts, createTextCounter, isJsonObject } from '@ai-proxy/core';
import type { Frame, JsonObject, JsonValue, NativeSight, NativeWatcher } from '@ai-proxy/core';
import { isDoneMark, parseObject } from '../chat/stream/frame-data.ts';
import { readErrorBody } from '../errors/error-body.ts';
import { isErrorBody } from '../errors/is-error-body.ts';
import { readUsageObject } from './usage.ts';

const nothing: NativeSight = {};

/**
 * Watches streams in the form of chat completions: chat, fill-in-the-middle, agents, and OpenAI's older completions. Only `[DONE]` is
 * their end mark: after the finish of one choice another choice, the usage and the mark itself may still come. A body that ends once every
 * choice has finished is whole all the same: some servers never write the mark.
 */
export function createChatWatcher(): NativeWatcher {
  const finished = new Map<JsonValue | undefined, boolean>();
  let committed = false;
  let done = false;
  let bytes = 0;
  const countText = createTextCounter(marks);
  return {
    see(frame) {
      if (committed && isPlainChunk(frame)) {
        bytes += countText(frame.data);
        return nothing;
      }
      if (isDoneMark(frame.data)) {
        done = true;
        return nothing;
      }
      const event = parseObject(frame.data);
      const failure = readFailure(frame, event);
      if (failure !== undefined) return { failure };
      if (event === undefined) return nothing;
      noteFinishes(event['choices'], finished);
      bytes += bytesOfTexts(event['choices']);
      const commits = !committed && hasOutput(event['choices']);
      if (commits) committed = true;
      const usage = readUsageObject(event['usage']);
      const model = commits && typeof event['model'] === 'string' ? { model: event['model'] } : undefined;
      return { ...(commits ? { commits } : {}), ...(usage === undefined ? {} : { usage }), ...model };
    },
    isDone: () => done,
    isComplete: () => finished.size > 0 && [...finished.values()].every((isFinished) => isFinished),
    outputBytes: () => bytes,
  };
}

/** Where the text of a chunk stands that nobody parses. */
const marks = ['"content":"', '"text":"', '"reasoning_content":"', '"arguments":"', '"reasoning":"', '"refusal":"'] as const;

function noteFinishes(choices: JsonValue | undefined, finished: Map<JsonValue | undefined, boolean>): void {
  if (!Array.isArray(choices)) return;
  for (const choice of choices) {
    if (!isJsonObject(choice)) continue;
    const { index } = choice;
    finished.set(index, finished.get(index) === true || typeof choice['finish_reason'] === 'string');
  }
}

/** What a whole answer reports of a failure. */
export function readBodyFailure(body: unknown): NativeSight['failure'] {
  return isJsonObject(body) && isErrorBody(body) ? { message: readErrorBody(body, 502).message, body } : undefined;
}

/** What a frame reports of a failure, in whatever shape. */
export function readFailure(frame: Frame, event: JsonObject | undefined): NativeSight['failure'] {
  if (frame.kind === 'error') return { message: readErrorBody(event ?? frame.data, 502).message, body: event ?? frame.data };
  if (event === undefined || !isErrorBody(event)) return undefined;
  return { message: readErrorBody(event, 502).message, body: event };
}

function hasOutput(choices: JsonValue | undefined): boolean {
  return Array.isArray(choices) && choices.some((choice) => isJsonObject(choice) && saysSomething(choice));
}

function saysSomething(choice: JsonObject): boolean {
  if (typeof choice['finish_reason'] === 'string') return true;
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
 * Whether a chunk of a committed stream can hold nothing that has to be read: no finish, no usage, no error. Judged by text, because parsing every
 * chunk would cost more than forwarding it; quotes inside of JSON strings are escaped, so that nothing a model writes can look like
 * these keys.
 */
function isPlainChunk({ kind, data }: Frame): boolean {
  return (
    kind === 'event' &&
    data.includes('"choices":[{"') &&
    !data.includes('"finish_reason":"') &&
    !data.includes('"usage"') &&
    !data.includes('"error"')
  );
}
