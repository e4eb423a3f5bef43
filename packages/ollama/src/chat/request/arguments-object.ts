import { invalidParameter, isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { deepestNesting, isDeeperThan } from '../../requests/json-depth.ts';

/**
 * Arguments of a call as the object that Ollama wants. Integers beyond 2^53 lose digits on the way, which an object cannot avoid. No arguments at all
 * are the arguments of a function that takes none.
 */
export function toArgumentsObject(written: JsonValue | undefined, path: string): JsonObject {
  if (isJsonObject(written)) return written;
  if (written === undefined || written === null) return {};
  if (typeof written !== 'string') throw notAnObject(path);
  if (written.trim() === '') return {};
  const parsed = parse(written, path);
  if (!isJsonObject(parsed)) throw notAnObject(path);
  if (isDeeperThan(parsed, deepestNesting)) {
    throw invalidParameter(path, `\`${path}\` is nested deeper than ${deepestNesting} levels`);
  }
  return parsed;
}

function parse(written: string, path: string): unknown {
  try {
    return JSON.parse(written) as unknown;
  } catch {
    // The parser's own error quotes the arguments, which are the caller's and may be secret.
    throw notAnObject(path);
  }
}

function notAnObject(path: string): Error {
  return invalidParameter(path, `\`${path}\` must be a JSON object in a string: Ollama takes the arguments of a call as an object`);
}
