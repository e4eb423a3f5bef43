import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { isObject, objectsOf, textOf } from '../json/json-object.ts';
import type { StreamEvent } from '../server/answer.ts';
import { addedPieces } from './change-events.ts';
import { isFinish } from './chunk-reading.ts';
import type { AnyFault } from './fault.ts';

/** Changes what a stream of lines says. Faults of the transport change nothing here. */
export function changeLines(lines: readonly StreamEvent[], fault: AnyFault, errorBody: JsonObject): readonly StreamEvent[] {
  const end = lines.findIndex(isFinish);
  const before = end === -1 ? lines.slice(0, -1) : lines.slice(0, end);
  switch (fault.name) {
    case 'errorLine': {
      const count = { first: 0, middle: Math.ceil(before.length / 2), last: before.length }[fault.at];
      return [...before.slice(0, count), { data: fault.nested === true ? nested(errorBody) : errorBody }];
    }
    case 'errorAfterContent':
      return [...before, { data: errorBody }];
    case 'duplicateFinish':
      return [...lines, ...lines.slice(-1)];
    case 'eventAfterDone':
      return [...lines, lineLike(lines, 'after the end')];
    case 'hugeEvent':
    case 'manyEventsInOneWrite':
    case 'separatorsInText':
      return [...before, ...addedPieces(fault).map((piece) => lineLike(lines, piece)), ...lines.slice(before.length)];
    default:
      return lines.map((line) => {
        const data = typeof line.data === 'string' ? line.data : changeLine(line.data, fault);
        return isObject(data) ? { ...line, data } : line;
      });
  }
}

/** Changes one line, or a whole answer, which has the same form. */
export function changeLine(line: JsonValue, fault: AnyFault): JsonValue {
  if (!isObject(line)) return line;
  switch (fault.name) {
    case 'noRole':
      return changeMessage(line, ({ role: _role, ...rest }) => rest);
    case 'roleNull':
      return changeMessage(line, (message) => ({ ...message, role: null }));
    case 'bareToolCall':
      return changeCalls(line, (call) => ({ function: without(functionOf(call), 'index') }));
    case 'argumentsText':
      return changeCalls(line, (call) => ({
        ...call,
        function: { ...functionOf(call), arguments: JSON.stringify(functionOf(call).arguments) },
      }));
    case 'noDoneReason':
      return without(line, 'done_reason');
    case 'noCounts':
      return without(line, ...measures);
    default:
      return line;
  }
}

const measures = ['total_duration', 'load_duration', 'prompt_eval_count', 'prompt_eval_duration', 'eval_count', 'eval_duration'];

/** An error as relays of cloud models nest it. */
function nested(errorBody: JsonObject): JsonObject {
  return { error: { message: textOf(errorBody.error) ?? '', type: 'api_error' } };
}

/** A line of the same make as the others of the stream, with this text. */
function lineLike(lines: readonly StreamEvent[], text: string): StreamEvent {
  const model = lines.map((line) => line.data).find(isObject) ?? {};
  const head = { model: model.model ?? '', created_at: model.created_at ?? '' };
  const chat = isObject(model.message);
  return { data: { ...head, ...(chat ? { message: { role: 'assistant', content: text } } : { response: text }), done: false }, tokens: 1 };
}

function changeMessage(line: JsonObject, change: (message: JsonObject) => JsonObject): JsonObject {
  return isObject(line.message) ? { ...line, message: change(line.message) } : line;
}

function changeCalls(line: JsonObject, change: (call: JsonObject) => JsonObject): JsonObject {
  return changeMessage(line, (message) =>
    Array.isArray(message.tool_calls) ? { ...message, tool_calls: objectsOf(message.tool_calls).map(change) } : message,
  );
}

function functionOf(call: JsonObject): JsonObject {
  return isObject(call.function) ? call.function : {};
}

function without(object: JsonObject, ...names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}
