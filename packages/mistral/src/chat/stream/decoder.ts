import { isJsonObject } from '@ai-proxy/core';
import type { Frame, JsonObject, JsonValue, ProviderCall, StreamDecoder } from '@ai-proxy/core';
import { toInnerFailure } from '../../errors/inner-failure.ts';
import { isErrorBody } from '../../errors/is-error-body.ts';
import { brokenOff, failedGeneration } from '../failed-generation.ts';
import { toFinishReason } from '../finish-reason.ts';
import { generateToolCallId } from '../generated-id.ts';
import { withFunctionCallChunks } from '../legacy-functions.ts';
import type { ChatAnswerDialect } from '../response.ts';
import { toUsage } from '../usage.ts';
import { readDelta } from './delta.ts';
import { isDoneMark, parseObject } from './frame-data.ts';
import { readPlainEvent } from './plain-event.ts';
import type { ToolCallNumbering } from './tool-call-numbering.ts';
import { createToolCallNumbering } from './tool-call-numbering.ts';

/** What differs between the servers whose streams are read here. */
export interface ChatStreamDialect extends ChatAnswerDialect {
  /** Whether `[DONE]` alone proves the end; false for servers that write it after a stream that they broke off. */
  readonly doneIsProof: boolean;
}

interface StreamedChoice {
  readonly index: number;
  readonly tools: ToolCallNumbering;
  begun: boolean;
  calledTools: boolean;
  finished: boolean;
}

const nothing: readonly JsonObject[] = [];

/**
 * Reads a chat stream into chunks as OpenAI sends them: the role once and first, each finish in a chunk of its own, usage last and in
 * a chunk of its own, tool calls numbered, one id throughout.
 */
export function createChatDecoder(call: ProviderCall, dialect: ChatStreamDialect): StreamDecoder {
  const choices = new Map<number, StreamedChoice>();
  let identity: { readonly id: string; readonly created: number; readonly model: string } | undefined;
  let usage: JsonObject | undefined;
  let carried: JsonObject | undefined;
  let done = false;

  function identify(event: JsonObject): void {
    const { id, created, model } = event;
    identity = {
      id: typeof id === 'string' && id !== '' ? id : call.id,
      created: typeof created === 'number' ? created : call.now(),
      model: !dialect.echoModel && typeof model === 'string' && model !== '' ? model : call.model,
    };
  }

  function toChunk(choice: JsonObject | undefined): JsonObject {
    const { id, created, model } = identity ?? { id: call.id, created: call.now(), model: call.model };
    return { id, object: 'chat.completion.chunk', created, model, choices: choice === undefined ? [] : [choice] };
  }

  function choiceAt(index: number): StreamedChoice {
    let choice = choices.get(index);
    if (choice === undefined) {
      const tools = createToolCallNumbering((number) => generateToolCallId(call, index, number));
      choice = { index, tools, begun: false, calledTools: false, finished: false };
      choices.set(index, choice);
    }
    return choice;
  }

  function readChoice(entry: JsonObject, position: number, out: JsonObject[]): void {
    const choice = choiceAt(typeof entry['index'] === 'number' ? entry['index'] : position);
    const reason = entry['finish_reason'];
    // Known before the delta is handed on: a choice that failed has not said what it says here.
    if (reason === 'error') throw failedGeneration();
    const source = isJsonObject(entry['delta']) ? entry['delta'] : entry['message'];
    const delta = readDelta(isJsonObject(source) ? source : {}, choice.tools, !choice.begun);
    const { logprobs } = entry;
    const hasLogprobs = logprobs !== undefined && logprobs !== null;
    if (delta !== undefined || hasLogprobs) {
      choice.begun = true;
      if (delta?.['tool_calls'] !== undefined) choice.calledTools = true;
      const content: JsonObject = { index: choice.index, delta: delta ?? {}, finish_reason: null };
      if (hasLogprobs) content['logprobs'] = logprobs;
      out.push(toChunk(content));
    }
    if (typeof reason !== 'string' || reason === '' || choice.finished) return;
    choice.finished = true;
    out.push(toChunk({ index: choice.index, delta: {}, finish_reason: toFinishReason(reason, choice.calledTools) }));
  }

  /** Keeps what servers say beside the choices for the last chunk. */
  function readRest(event: JsonObject): void {
    const counted = event['usage'];
    if (counted !== undefined && counted !== null) usage = toUsage(counted) ?? usage;
    for (const key of dialect.carry) {
      const value = event[key];
      if (value !== undefined && value !== null) (carried ??= {})[key] = value;
    }
  }

  function finish(): readonly JsonObject[] {
    if (usage === undefined) return nothing;
    const last: JsonObject = { ...toChunk(undefined), usage, ...carried };
    usage = undefined;
    return [last];
  }

  function allFinished(): boolean {
    for (const choice of choices.values()) if (!choice.finished) return false;
    return choices.size > 0;
  }

  const decoder: StreamDecoder = {
    decode(frame: Frame): readonly JsonObject[] {
      if (done) return nothing;
      if (isDoneMark(frame.data)) {
        done = true;
        if (!dialect.doneIsProof && !allFinished()) throw brokenOff();
        return finish();
      }
      const plain = identity !== undefined && frame.kind === 'event' ? readPlainEvent(frame.data) : undefined;
      if (plain !== undefined && choices.get(plain.index)?.begun === true) {
        return [toChunk({ index: plain.index, delta: { content: plain.text }, finish_reason: null })];
      }
      const event = parseObject(frame.data);
      if (frame.kind === 'error') throw toInnerFailure(event ?? frame.data, dialect.retryServerErrors);
      // What is no JSON is skipped: whether the stream was whole is seen at its end.
      if (event === undefined) return nothing;
      if (isErrorBody(event)) throw toInnerFailure(event, dialect.retryServerErrors);
      if (identity === undefined) identify(event);
      readRest(event);
      return readChoices(event['choices']);
    },
    end() {
      const complete = done || allFinished();
      return { chunks: finish(), complete };
    },
  };

  function readChoices(entries: JsonValue | undefined): readonly JsonObject[] {
    if (!Array.isArray(entries) || entries.length === 0) return nothing;
    const out: JsonObject[] = [];
    for (let position = 0; position < entries.length; position += 1) {
      const entry = entries[position];
      if (isJsonObject(entry)) readChoice(entry, position, out);
    }
    return out;
  }

  return withFunctionCallChunks(decoder, call);
}
