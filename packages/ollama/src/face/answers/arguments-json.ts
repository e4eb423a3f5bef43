import { isJsonObject } from '@ai-proxy/core';
import { deepestNesting, isDeeperThan } from '../../requests/json-depth.ts';

/**
 * The arguments of a call as the JSON of an object, on one line. What is an object stays as the model wrote it: numbers beyond 2^53 and the
 * order of keys survive. What is none, because the model has made a mistake, is kept as a text under `unparsed_arguments`: clients of
 * Ollama have no place for anything but an object, and a call without what was said in it would be another call.
 */
export function toArgumentsJson(text: string): string {
  if (text.trim() === '') return '{}';
  const parsed = parse(text);
  if (!isJsonObject(parsed) || isDeeperThan(parsed, deepestNesting)) return JSON.stringify({ unparsed_arguments: text });
  // In valid JSON a bare line end can only stand between values, where a space means the same.
  return text.isWellFormed() ? text.replaceAll(/[\r\n]/g, ' ') : JSON.stringify(parsed);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
