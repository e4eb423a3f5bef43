import { isJsonObject, ProxyError } from '@ai-proxy/core';
import type { Call, Encoder, JsonObject, JsonValue } from '@ai-proxy/core';
import { writeAnswer } from './answer-line.ts';
import type { AnswerForm, LineContent } from './answer-line.ts';
import { machineClock, toTimestamp } from './clock.ts';
import type { AnswerClock } from './clock.ts';
import { toEnding } from './ending.ts';
import { errorLine } from './error-body.ts';
import { firstChoice, readSaid } from './said.ts';
import { createToolCallCollector } from './tool-call-collector.ts';

const nothing: LineContent = { text: '', thinking: '', calls: [], logprobs: [] };

/**
 * Writes the answers of `/api/chat` and `/api/generate`: lines of JSON, of which only the last says that the answer is done, or one JSON
 * document.
 */
export function createAnswerEncoder(call: Call, form: AnswerForm, clock: AnswerClock = machineClock): Encoder {
  const startedAt = clock.tick();
  const model = call.model ?? '';
  const collector = createToolCallCollector();
  let firstOutputAt: number | undefined;
  let origin: { readonly created: number; readonly at: number } | undefined;
  let finishReason: JsonValue | undefined;
  let usage: JsonValue | undefined;

  /** Lines are dated by the provider's own time of the answer, which is in whole seconds, and go on from there as the clock does. */
  function begin(created: JsonValue | undefined): void {
    origin ??= { created: isTime(created) ? created * 1000 : clock.now(), at: clock.tick() };
  }

  function timestamp(): string {
    return toTimestamp(origin === undefined ? clock.now() : origin.created + clock.tick() - origin.at);
  }

  function line(content: LineContent, ending?: JsonObject): string {
    return `${writeAnswer(form, model, timestamp(), content, ending)}\n`;
  }

  function flushCalls(): string {
    const calls = collector.take();
    return calls.length === 0 ? '' : line({ ...nothing, calls });
  }

  return {
    contentType: 'application/json; charset=utf-8',
    streamContentType: 'application/x-ndjson',
    // White space before a line is part of the JSON of that line, which no reader of lines minds; an empty line is JSON to none of them.
    keepAlive: ' ',
    value(value) {
      const output = expectObject(value);
      begin(output['created']);
      const choice = firstChoice(output) ?? {};
      const said = readSaid(choice);
      collector.add(said.calls);
      const ending = toEnding(choice['finish_reason'], output['usage'], { waiting: 0, total: clock.tick() - startedAt });
      return writeAnswer(form, model, timestamp(), { ...said, calls: collector.take() }, ending);
    },
    chunk(value) {
      const chunk = expectObject(value);
      begin(chunk['created']);
      if (isJsonObject(chunk['usage'])) usage = chunk['usage'];
      const choice = firstChoice(chunk);
      if (choice === undefined) return '';
      const said = readSaid(choice);
      collector.add(said.calls);
      const speaks = said.text !== '' || said.thinking !== '' || said.logprobs.length > 0;
      if (speaks || said.calls.length > 0) firstOutputAt ??= clock.tick();
      const spoken = speaks ? line({ ...said, calls: [] }) : '';
      if (typeof choice['finish_reason'] !== 'string') return spoken;
      finishReason = choice['finish_reason'];
      return spoken + flushCalls();
    },
    end() {
      const now = clock.tick();
      const spans = { waiting: (firstOutputAt ?? now) - startedAt, total: now - startedAt };
      return flushCalls() + line(nothing, toEnding(finishReason, usage, spans));
    },
    fail: errorLine,
  };
}

function isTime(created: JsonValue | undefined): created is number {
  return typeof created === 'number' && created > 0 && created < 8_640_000_000_000;
}

function expectObject(value: unknown): JsonObject {
  if (isJsonObject(value)) return value;
  throw new ProxyError('An answer is not an object: a provider or a policy made something else of it.', {
    status: 500,
    code: 'internal_error',
  });
}
