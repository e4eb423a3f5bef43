import type { Call } from '../../call/call.ts';
import { sseData, sseDone } from '../../framing/sse-writer.ts';
import { isJsonObject } from '../../json/json.ts';
import type { Encoder } from '../face.ts';
import { createChunkWriter } from './chunk-writer.ts';
import { openaiErrorBody } from './error-body.ts';
import { completeAnswer } from './whole-answers.ts';

/**
 * Writes one answer in OpenAI's form. What the caller asked of the form (`encoding_format`, `stream_options`) is read here, once:
 * policies may change `call.input` afterwards for the provider's sake.
 * `now` is Unix time in seconds, for answers that do not say when they were made; the machine's clock by default.
 */
export function createOpenaiEncoder(call: Call, now: () => number = secondsNow): Encoder {
  const writer = createChunkWriter(call, now);
  const vectorsInBase64 = call.input['encoding_format'] === 'base64';
  return {
    contentType: 'application/json',
    streamContentType: 'text/event-stream; charset=utf-8',
    keepAlive: ': ping\n\n',
    value: (value) => JSON.stringify(isJsonObject(value) ? completeAnswer(call, value, { vectorsInBase64, now }) : (value ?? null)),
    chunk: (chunk) => writer.chunk(chunk),
    end: () => writer.rest() + sseDone,
    // The events end here, without the mark of a complete stream: clients take its absence alone for a normal end, so the error must be an event.
    fail: (error) => sseData(JSON.stringify(openaiErrorBody(error))),
  };
}

function secondsNow(): number {
  return Math.floor(Date.now() / 1000);
}
