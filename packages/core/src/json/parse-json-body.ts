import { ProxyError } from '../errors/proxy-error.ts';
import { findInvalidUtf8 } from './invalid-utf8.ts';
import { findTooDeep } from './json-depth.ts';
import type { JsonValue } from './json.ts';
import { locateJsonError } from './locate-json-error.ts';
import { describePosition } from './text-position.ts';

export interface ParseJsonBodyOptions {
  /** The deepest nesting that is accepted. A larger bound lets a caller overflow the stack of whatever walks the value recursively. */
  readonly maxDepth: number;
}

// A byte order mark is dropped, as RFC 8259 allows.
const strictDecoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses the body of a request. What is wrong with it becomes a 400 `invalid_json` that says where and quotes nothing:
 * bodies hold prompts, and messages reach logs.
 */
export function parseJsonBody(bytes: Uint8Array, options: ParseJsonBodyOptions): JsonValue {
  if (bytes.length === 0) throw invalidJson('The request body is empty: send a JSON object.');
  const text = decode(bytes);
  const tooDeep = findTooDeep(text, options.maxDepth);
  if (tooDeep !== undefined) {
    throw invalidJson(`The request body is nested deeper than ${options.maxDepth} levels at ${describePosition(text, tooDeep)}.`);
  }
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    // The parser's own error quotes the body, so not even a cause is kept.
    throw invalidJson(describeFault(text));
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    const valid = strictDecoder.decode(bytes.subarray(0, findInvalidUtf8(bytes)));
    throw invalidJson(`The request body is not valid JSON: invalid UTF-8 at ${describePosition(valid, valid.length)}.`);
  }
}

function describeFault(text: string): string {
  const fault = locateJsonError(text);
  if (fault === undefined) return 'The request body is not valid JSON.';
  const what = fault.position >= text.length ? 'unexpected end' : 'unexpected character';
  return `The request body is not valid JSON: ${what} at ${describePosition(text, fault.position)}, expected ${fault.expected}.`;
}

function invalidJson(problem: string): ProxyError {
  return new ProxyError(`${problem} Nothing was sent upstream.`, { status: 400, code: 'invalid_json', source: 'caller' });
}
