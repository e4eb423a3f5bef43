import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonValue } from '@ai-proxy/core';

const folder = join(import.meta.dirname, 'golden');

/** The bytes of a recorded stream. */
export function recordedStream(path: string): Uint8Array {
  return new Uint8Array(readFileSync(join(folder, path)));
}

/** A recorded answer, parsed. */
export function recordedAnswer(path: string): JsonValue {
  return JSON.parse(readFileSync(join(folder, path), 'utf8')) as JsonValue;
}

/** A tool as a caller of OpenAI's API describes it. */
export const weather: JsonValue = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'The weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

/** The question that the recordings answer. */
export const hello: JsonValue = [{ role: 'user', content: 'Say hello to the Wörld 🌍' }];

/** The question that the recordings answer with a call of {@link weather}. */
export const askWeather: JsonValue = [{ role: 'user', content: 'Use weather for Paris' }];
