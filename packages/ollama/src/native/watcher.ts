import { bytesOfTexts, createTextCounter, isJsonObject } from '@ai-proxy/core';
import type { Frame, JsonObject, NativeSight, NativeWatcher } from '@ai-proxy/core';
import { readAnswerLine } from '../chat/answer-line.ts';
import { readErrorBody } from '../errors/error-body.ts';
import { isErrorBody } from '../errors/inner-failure.ts';
import { readNativeUsage } from './usage.ts';

const nothing: NativeSight = {};

/**
 * Watches the lines of an answer, or of the progress of a pull. The end is a line that says `done: true`, or `status: "success"`; a body that ends
 * without one is not whole.
 */
export function createLineWatcher(): NativeWatcher {
  let committed = false;
  let done = false;
  let bytes = 0;
  const countText = createTextCounter(marks);
  return {
    see(frame) {
      if (committed && isPlainLine(frame)) {
        bytes += countText(frame.data);
        return nothing;
      }
      const line = parseObject(frame.data);
      if (line === undefined) return nothing;
      if (isErrorBody(line)) return { failure: { message: readErrorBody(line).message ?? 'the provider failed', body: line } };
      if (line['done'] === true || line['status'] === 'success') done = true;
      bytes +=
        line['message'] === undefined
          ? bytesOfTexts({ response: line['response'], thinking: line['thinking'] })
          : bytesOfTexts(line['message']);
      const commits = !committed && (done || hasOutput(line));
      if (commits) committed = true;
      const usage = line['done'] === true ? readNativeUsage(line) : undefined;
      return { ...(commits ? { commits } : {}), ...(usage === undefined ? {} : { usage }) };
    },
    isDone: () => done,
    isComplete: () => done,
    outputBytes: () => bytes,
  };
}

/** Where the text of a line stands that nobody parses: what is said, else what is thought, else what is called. */
const marks = ['"content":"', '"response":"', '"thinking":"'] as const;

/** Text, thoughts, calls; or progress, which whoever waits for a model wants to see as it comes. */
function hasOutput(line: JsonObject): boolean {
  const { text, thinking, toolCalls } = readAnswerLine(line);
  return text !== '' || thinking !== '' || toolCalls.length > 0 || typeof line['status'] === 'string';
}

function parseObject(data: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether a line of a committed stream can hold nothing that has to be read: no end, no usage, no error. Judged by text, because parsing every line would
 * cost more than forwarding it; quotes inside of JSON strings are escaped, so that no text can look like these keys. Arguments of a tool can, and then
 * the line is read after all.
 */
function isPlainLine({ data }: Frame): boolean {
  return data.includes('"done":false') && !data.includes('"done":true') && !data.includes('"error"');
}
