import { isJsonObject } from '@ai-proxy/core';
import type { Frame, JsonObject, ProviderCall, StreamDecoder } from '@ai-proxy/core';
import { isErrorBody, toInnerFailure } from '../../errors/inner-failure.ts';
import type { OllamaBehaviour } from '../../options/read-ollama-options.ts';
import { readAnswerLine, writeThinking } from '../answer-line.ts';
import { toUnixSeconds } from '../created.ts';
import { toFinishReason } from '../finish-reason.ts';
import { withFunctionCallChunks } from '../legacy-functions.ts';
import { toChatLogprobs } from '../logprobs.ts';
import { toModel } from '../response.ts';
import { toToolCalls } from '../tool-calls.ts';
import { toUsage } from '../usage.ts';
import { readPlainLine } from './plain-line.ts';

const nothing: readonly JsonObject[] = [];

interface StreamHead {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

/**
 * Reads the lines of `/api/chat` or `/api/generate` into chunks as OpenAI sends them: the role once and first, thinking before what is said with it, tool
 * calls numbered over the whole stream, the finish and the usage in chunks of their own, one id and one time throughout. Only the
 * line that says `done` ends a stream: without it the runner has died.
 */
export function createAnswerDecoder(call: ProviderCall, { reasoningFields }: OllamaBehaviour): StreamDecoder {
  let head: StreamHead | undefined;
  let begun = false;
  let callCount = 0;
  let done = false;

  function toChunk(choices: JsonObject[]): JsonObject {
    return { ...head, object: 'chat.completion.chunk', choices };
  }

  function contentChunk(delta: JsonObject, logprobs: JsonObject | null): JsonObject {
    const first = !begun;
    begun = true;
    const choice: JsonObject = { index: 0, delta: first ? { role: 'assistant', ...delta } : delta, finish_reason: null };
    if (logprobs !== null) choice['logprobs'] = logprobs;
    return toChunk([choice]);
  }

  function readContent(line: JsonObject): JsonObject[] {
    const { text, thinking, toolCalls, logprobs: entries } = readAnswerLine(line);
    const calls = toToolCalls(toolCalls, call).map((entry) => ({ index: callCount++, ...entry }));
    const logprobs = toChatLogprobs(entries);
    const said: JsonObject = {};
    if (text !== '') said['content'] = text;
    if (calls.length > 0) said['tool_calls'] = calls;
    const hasSaid = text !== '' || calls.length > 0;
    const chunks: JsonObject[] = [];
    if (thinking !== '') {
      const thought: JsonObject = {};
      writeThinking(thought, thinking, reasoningFields);
      chunks.push(contentChunk(thought, logprobs));
      if (hasSaid) chunks.push(contentChunk(said, null));
      return chunks;
    }
    if (hasSaid) return [contentChunk(begun || text !== '' ? said : { content: null, ...said }, logprobs)];
    // The role goes out even where nothing is ever said.
    if (!begun) return [contentChunk({ content: '' }, logprobs)];
    return logprobs === null ? chunks : [contentChunk({}, logprobs)];
  }

  const decoder: StreamDecoder = {
    get done() {
      return done;
    },
    decode(frame: Frame): readonly JsonObject[] {
      if (done) return nothing;
      const text = begun ? readPlainLine(frame.data) : undefined;
      if (text !== undefined) return [contentChunk({ content: text }, null)];
      const line = parseLine(frame.data);
      // What is no JSON is skipped: whether the stream was whole is seen at its end.
      if (line === undefined) return nothing;
      if (isErrorBody(line)) throw toInnerFailure(line);
      head ??= {
        id: `chatcmpl-${call.id}`,
        created: toUnixSeconds(line['created_at']) ?? call.now(),
        model: toModel(line, call),
      };
      const chunks = readContent(line);
      if (line['done'] !== true) return chunks;
      done = true;
      chunks.push(toChunk([{ index: 0, delta: {}, finish_reason: toFinishReason(line['done_reason'], callCount > 0) }]));
      chunks.push({ ...toChunk([]), usage: toUsage(line) });
      return chunks;
    },
    end: () => ({ chunks: nothing, complete: done }),
  };
  return withFunctionCallChunks(decoder, call);
}

function parseLine(data: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
