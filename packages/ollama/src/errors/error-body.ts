import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject } from '@ai-proxy/core';

/** What an error says, whatever shape it came in. */
export interface ErrorStatement {
  /** Nothing where the body says nothing. */
  readonly message: string | undefined;
  readonly type: string | undefined;
  readonly code: string | null;
  /** A status that the body itself states: hosted models put one beside the text. */
  readonly status: number | undefined;
}

const longestRawText = 1024;

/** Reads Ollama's plain text under `error`, the object there that comes from behind it, and what is no JSON at all. */
export function readErrorBody(body: unknown): ErrorStatement {
  if (!isJsonObject(body)) return { message: rawText(body), type: undefined, code: null, status: undefined };
  const inner = innerError(body['error']);
  const { code } = inner;
  return {
    message: text(inner['message']) ?? text(inner['error']) ?? text(body['error']) ?? text(body['message']) ?? rawText(body),
    type: text(inner['type']),
    code: text(code) ?? null,
    status: statedStatus([inner['status'], inner['status_code'], code, body['status'], body['status_code']]),
  };
}

/** The object under `error`; some relays put it there as text. */
function innerError(error: unknown): JsonObject {
  if (isJsonObject(error)) return error;
  if (typeof error !== 'string' || !error.startsWith('{')) return {};
  try {
    const parsed: unknown = JSON.parse(error);
    if (!isJsonObject(parsed)) return {};
    return isJsonObject(parsed['error']) ? parsed['error'] : parsed;
  } catch {
    return {};
  }
}

function statedStatus(places: readonly unknown[]): number | undefined {
  return places.find((value): value is number => typeof value === 'number' && value >= 400 && value <= 599);
}

function rawText(body: unknown): string | undefined {
  const raw = typeof body === 'string' ? body.trim() : body === undefined || body === null ? '' : JSON.stringify(body);
  return raw === '' || raw === '{}' ? undefined : raw.slice(0, longestRawText).toWellFormed();
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
