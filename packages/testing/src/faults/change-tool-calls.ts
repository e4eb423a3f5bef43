import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { isObject, objectsOf, textOf } from '../json/json-object.ts';
import type { StreamEvent } from '../server/answer.ts';
import { changeMessages, firstChoice } from './chunk-reading.ts';

/** Tool calls as other servers write them. */
export type ToolFault = 'interleavedToolFragments' | 'bareToolCall' | 'repeatedName' | 'emptyName' | 'argumentsObject';

/** Rewrites the tool calls of a stream. */
export function changeToolEvents(events: readonly StreamEvent[], fault: ToolFault): readonly StreamEvent[] {
  const carriers = events.filter((event) => callsOf(event).length > 0);
  const [first] = carriers;
  const last = carriers.at(-1);
  if (first === undefined || last === undefined) return events;
  const written = deltasOf(collectCalls(carriers), fault).map((calls) => withDelta(first, { tool_calls: calls }));
  return events.flatMap((event) => {
    if (event === first) return carriers.length === 1 ? [...written, withoutCalls(event)] : written;
    if (event === last) return [withoutCalls(event)];
    return carriers.includes(event) ? [] : [event];
  });
}

/** Rewrites the tool calls of a whole answer, as far as the fault can show there. */
export function changeToolAnswer(body: JsonObject, fault: ToolFault): JsonObject {
  if (fault !== 'argumentsObject') return body;
  const event = changeMessages({ data: body }, (message) =>
    Array.isArray(message.tool_calls) ? { ...message, tool_calls: objectsOf(message.tool_calls).map(withParsedArguments) } : message,
  );
  return typeof event.data === 'string' ? body : event.data;
}

function callsOf(event: StreamEvent): JsonObject[] {
  const delta = firstChoice(event)?.delta;
  return isObject(delta) ? objectsOf(delta.tool_calls) : [];
}

interface WholeCall {
  readonly id: JsonValue | undefined;
  readonly index: number;
  readonly name: string;
  readonly arguments: string;
}

/** Puts calls together again that came in fragments: a call with an id or at a new index begins, others continue. */
function collectCalls(carriers: readonly StreamEvent[]): WholeCall[] {
  const calls: { id: JsonValue | undefined; index: number; name: string; arguments: string }[] = [];
  for (const part of carriers.flatMap(callsOf)) {
    const body = isObject(part.function) ? part.function : {};
    const open = part.id === undefined ? calls.findLast((call) => call.index === (part.index ?? call.index)) : undefined;
    if (open !== undefined) open.arguments += textOf(body.arguments) ?? '';
    else calls.push({ id: part.id, index: calls.length, name: textOf(body.name) ?? '', arguments: textOf(body.arguments) ?? '' });
  }
  return calls;
}

/** The calls as lists of parts, one list for each delta. */
function deltasOf(calls: readonly WholeCall[], fault: ToolFault): JsonObject[][] {
  switch (fault) {
    case 'bareToolCall':
      return [calls.map((call) => ({ function: { name: call.name, arguments: call.arguments } }))];
    case 'argumentsObject':
      return calls.map((call, index) => [
        withParsedArguments({ index, id: call.id ?? null, type: 'function', function: { name: call.name, arguments: call.arguments } }),
      ]);
    default:
      return fragmentsOf(calls, fault).map((fragment) => [fragment]);
  }
}

function fragmentsOf(calls: readonly WholeCall[], fault: ToolFault): JsonObject[] {
  const starts = calls.map((call, index) => ({
    index,
    id: call.id ?? null,
    type: 'function',
    function: { name: call.name, arguments: '' },
  }));
  const pieces = calls.map((call, index) =>
    (call.arguments.match(/.{1,4}/gsu) ?? []).map((piece) => ({ index, function: { ...continuation(call, fault), arguments: piece } })),
  );
  if (fault !== 'interleavedToolFragments') return starts.flatMap((start, index) => [start, ...(pieces[index] ?? [])]);
  const rounds = Math.max(0, ...pieces.map((list) => list.length));
  const turns = Array.from({ length: rounds }, (_, round) => pieces.flatMap((list) => list.slice(round, round + 1)));
  return [...starts, ...turns.flat()];
}

function continuation(call: WholeCall, fault: ToolFault): JsonObject {
  if (fault === 'repeatedName') return { name: call.name };
  return fault === 'emptyName' ? { name: '' } : {};
}

function withDelta(event: StreamEvent, delta: JsonObject): StreamEvent {
  if (typeof event.data === 'string') return event;
  const { usage: _usage, ...chunk } = event.data;
  return { data: { ...chunk, choices: [{ index: 0, delta, finish_reason: null }] }, tokens: 1 };
}

function withoutCalls(event: StreamEvent): StreamEvent {
  return changeMessages(event, ({ tool_calls: _calls, ...rest }) => rest);
}

function withParsedArguments(call: JsonObject): JsonObject {
  const body = isObject(call.function) ? call.function : {};
  const text = textOf(body.arguments);
  return text === undefined || text === '' ? call : { ...call, function: { ...body, arguments: JSON.parse(text) as JsonValue } };
}
