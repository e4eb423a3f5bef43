import type { Call } from '../../call/call.ts';
import { isJsonObject } from '../../json/json.ts';
import type { JsonObject, JsonValue } from '../../json/json.ts';
import { readHead } from './answer-head.ts';
import { mendTextChoice } from './chunk-choices.ts';
import { vectorFromBase64, vectorToBase64 } from './embedding-vectors.ts';
import { chatFinishReason } from './finish-reason.ts';

/** What the caller asked of the form of the answer, and the clock for what does not say when it was made. */
export interface AnswerOptions {
  /** Embeddings go out as base64 of 32-bit floats; as arrays of numbers otherwise. */
  readonly vectorsInBase64: boolean;
  /** Unix time in seconds. */
  readonly now: () => number;
}

/** Gives a whole answer the fields that OpenAI's schema requires. What the provider said stays; nothing is said in its place. */
export function completeAnswer(call: Call, output: JsonObject, options: AnswerOptions): JsonObject {
  const { now } = options;
  switch (call.operation) {
    case 'chat':
    case 'fim':
      return { ...output, ...readHead(output, call, now), object: 'chat.completion', ...choicesOf(output, completeChatChoice) };
    case 'completions':
      return { ...output, ...readHead(output, call, now), object: 'text_completion', ...choicesOf(output, completeTextChoice) };
    case 'embeddings':
      return completeEmbeddings(output, readHead(output, call, now).model, options.vectorsInBase64);
    case 'moderations': {
      const { id, model } = readHead(output, call, now);
      return { ...output, id, model };
    }
    case 'models':
    default:
      return output;
  }
}

function choicesOf(output: JsonObject, complete: (choice: JsonObject, position: number) => JsonObject): JsonObject {
  return Array.isArray(output['choices']) ? { choices: mapObjects(output['choices'], complete) } : {};
}

function completeChatChoice(choice: JsonObject, position: number): JsonObject {
  const index = choice['index'] ?? position;
  const logprobs = choice['logprobs'] ?? null;
  const message = isJsonObject(choice['message']) ? choice['message'] : {};
  const role = message['role'] ?? 'assistant';
  const content = message['content'] ?? null;
  const refusal = message['refusal'] ?? null;
  const calledTools = Array.isArray(message['tool_calls']) && message['tool_calls'].length > 0;
  const finishReason = chatFinishReason(choice['finish_reason']) ?? (calledTools ? 'tool_calls' : 'stop');
  return { ...choice, index, message: { ...message, role, content, refusal }, logprobs, finish_reason: finishReason };
}

function completeTextChoice(choice: JsonObject, position: number): JsonObject {
  const whole = mendTextChoice(choice, position);
  return whole['finish_reason'] === null ? { ...whole, finish_reason: 'stop' } : whole;
}

function completeEmbeddings(output: JsonObject, model: string, inBase64: boolean): JsonObject {
  const { data } = output;
  const completed = Array.isArray(data)
    ? { data: mapObjects(data, (entry, position) => completeEmbedding(entry, position, inBase64)) }
    : {};
  return { ...output, object: 'list', ...completed, model };
}

function completeEmbedding(entry: JsonObject, position: number, inBase64: boolean): JsonObject {
  const { embedding } = entry;
  return {
    ...entry,
    object: 'embedding',
    index: entry['index'] ?? position,
    embedding: inBase64 ? toBase64(embedding) : toNumbers(embedding),
  };
}

function toBase64(embedding: JsonValue | undefined): JsonValue | undefined {
  return Array.isArray(embedding) ? vectorToBase64(embedding.map(Number)) : embedding;
}

function toNumbers(embedding: JsonValue | undefined): JsonValue | undefined {
  return typeof embedding === 'string' ? vectorFromBase64(embedding) : embedding;
}

function mapObjects(list: readonly JsonValue[], map: (item: JsonObject, position: number) => JsonObject): JsonValue[] {
  return list.map((item, position) => (isJsonObject(item) ? map(item, position) : item));
}
