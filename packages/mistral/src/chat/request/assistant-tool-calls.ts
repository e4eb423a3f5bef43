import { invalidParameter, isJsonObject, unsupportedParameter } from '@ai-proxy/core';
import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { reportUnknownKeys } from '../../requests/closed-object.ts';
import type { MessageContext } from './message-context.ts';

const knownOfCall = new Set(['id', 'type', 'function', 'index']);
const knownOfFunction = new Set(['name', 'arguments']);

/** The calls of an earlier answer. Arguments go up as they were written: parsing them would lose large integers. */
export function toToolCalls(calls: JsonValue | undefined, path: string, context: MessageContext): JsonObject[] {
  if (calls === undefined || calls === null) return [];
  if (!Array.isArray(calls)) throw invalidParameter(path, `\`${path}\` must be a list`);
  return calls.map((call, index) => toToolCall(call, `${path}[${index}]`, context));
}

function toToolCall(call: JsonValue, path: string, context: MessageContext): JsonObject {
  if (!isJsonObject(call)) throw invalidParameter(path, `\`${path}\` must be an object`);
  if (call['type'] !== undefined && call['type'] !== 'function') {
    throw unsupportedParameter(`${path}.type`, `Mistral has function calls only; \`${path}.type\` must be function`);
  }
  const called = call['function'];
  if (!isJsonObject(called) || typeof called['name'] !== 'string') {
    throw invalidParameter(`${path}.function`, `\`${path}.function\` must be an object with name and arguments`);
  }
  reportUnknownKeys(call, knownOfCall, path, context.call);
  reportUnknownKeys(called, knownOfFunction, `${path}.function`, context.call);
  const { id, index } = call;
  const result: JsonObject = {
    id: context.ids(typeof id === 'string' ? id : `\u0000${path}`),
    type: 'function',
    function: { name: called['name'], arguments: toArguments(called['arguments']) },
  };
  if (typeof index === 'number') result['index'] = index;
  return result;
}

function toArguments(written: JsonValue | undefined): string | JsonObject {
  return typeof written === 'string' || isJsonObject(written) ? written : '{}';
}
