import type { Encoder, JsonObject } from '@ai-proxy/core';
import { errorLine } from './error-body.ts';

/** Writes answers that are never streams. */
export function createValueEncoder(toAnswer: (value: unknown) => JsonObject): Encoder {
  return {
    contentType: 'application/json; charset=utf-8',
    streamContentType: 'application/x-ndjson',
    value: (value) => JSON.stringify(toAnswer(value)),
    chunk: () => '',
    end: () => '',
    fail: errorLine,
  };
}
