import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject } from '@ai-proxy/core';

/** What an error says, whatever shape it came in. */
export interface ErrorStatement {
  readonly message: string;
  readonly type: string | undefined;
  readonly param: string | null;
  readonly code: string | null;
}

const longestRawText = 1024;

/**
 * Reads every shape of error seen in the wild: Mistral's own with the message as text or as a validation list, FastAPI's `detail`, the
 * gateway's `message`, OpenAI's and llama-server's `error` object, and pages that are no JSON at all.
 */
export function readErrorBody(body: unknown, status: number): ErrorStatement {
  if (!isJsonObject(body)) return { message: rawText(body) ?? `HTTP ${status}`, type: undefined, param: null, code: null };
  const error = isJsonObject(body['error']) ? body['error'] : undefined;
  const details = firstDetailList(body);
  return {
    message: readMessage(body, error, details) ?? `HTTP ${status}`,
    type: text(error?.['type']) ?? text(body['type']),
    param: text(error?.['param']) ?? text(body['param']) ?? (details === undefined ? null : paramOf(details)),
    code: readCode(error?.['code'] ?? body['code'], status),
  };
}

function readMessage(body: JsonObject, error: JsonObject | undefined, details: readonly unknown[] | undefined): string | undefined {
  const nested = isJsonObject(body['message']) ? body['message']['detail'] : undefined;
  return (
    text(error?.['message']) ??
    text(body['error']) ??
    text(body['message']) ??
    text(nested) ??
    (details === undefined ? undefined : text(joinDetails(details))) ??
    text(body['detail']) ??
    rawText(body)
  );
}

function firstDetailList(body: JsonObject): readonly unknown[] | undefined {
  const message = body['message'];
  for (const detail of [isJsonObject(message) ? message['detail'] : undefined, body['detail']]) {
    if (Array.isArray(detail) && detail.length > 0) return detail;
  }
  return undefined;
}

function joinDetails(details: readonly unknown[]): string {
  return details.map(detailText).join('; ');
}

function detailText(detail: unknown): string {
  if (!isJsonObject(detail)) return String(detail);
  const message = text(detail['msg']) ?? text(detail['message']) ?? text(detail['type']) ?? 'invalid';
  const location = Array.isArray(detail['loc']) ? joinLocation(detail['loc']) : '';
  return location === '' ? message : `${location}: ${message}`;
}

function paramOf(details: readonly unknown[]): string | null {
  const first = details[0];
  if (!isJsonObject(first) || !Array.isArray(first['loc'])) return null;
  const location = first['loc'][0] === 'body' ? first['loc'].slice(1) : first['loc'];
  return location.length === 0 ? null : joinLocation(location);
}

function joinLocation(location: readonly unknown[]): string {
  return location.map((step) => (typeof step === 'string' || typeof step === 'number' ? String(step) : '?')).join('.');
}

/** A number that only repeats the status says nothing of its own. */
function readCode(code: unknown, status: number): string | null {
  if (typeof code === 'string') return code === '' ? null : code;
  return typeof code === 'number' && code !== status ? String(code) : null;
}

function rawText(body: unknown): string | undefined {
  const raw = typeof body === 'string' ? body.trim() : body === undefined || body === null ? '' : JSON.stringify(body);
  if (raw === '' || raw === '{}') return undefined;
  return raw.slice(0, longestRawText).toWellFormed();
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
