import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { isObject } from '../json/json-object.ts';
import type { StreamEvent } from '../server/answer.ts';
import { changeChoices, changeMessages, firstChoice, isDone, isFinish, isOutput } from './chunk-reading.ts';
import { changeToolAnswer, changeToolEvents } from './change-tool-calls.ts';
import type { AnyFault } from './fault.ts';

/** Changes what a stream says. Faults of the transport change nothing here. */
export function changeEvents(events: readonly StreamEvent[], fault: AnyFault, errorBody: JsonObject): readonly StreamEvent[] {
  switch (fault.name) {
    case 'noRole':
      return events.map((event) => changeMessages(event, ({ role: _role, ...rest }) => rest));
    case 'roleNull':
      return events.map((event) => changeMessages(event, (message) => ({ ...message, role: null })));
    case 'doneTwice':
      return events.flatMap((event) => (isDone(event) ? [event, event] : [event]));
    case 'eventAfterDone':
      return [...events, contentLike(events, 'after the end')];
    case 'duplicateFinish':
      return events.flatMap((event) => (isFinish(event) ? [event, event] : [event]));
    case 'usageBeforeFinish':
      return usageFirst(events);
    case 'errorAfterContent':
    case 'errorFieldAfterContent': {
      const cut = events.findLastIndex((event) => isOutput(event) && !isFinish(event)) + 1;
      return [
        ...events.slice(0, Math.max(cut, 1)),
        { data: errorBody, ...(fault.name === 'errorFieldAfterContent' ? { event: errorField } : {}) },
      ];
    }
    case 'hugeEvent':
    case 'manyEventsInOneWrite':
      return insertBeforeEnd(
        events,
        addedPieces(fault).map((piece) => contentLike(events, piece)),
      );
    case 'interleavedToolFragments':
    case 'bareToolCall':
    case 'repeatedName':
    case 'emptyName':
    case 'argumentsObject':
      return changeToolEvents(events, fault.name);
    default:
      return events;
  }
}

/** Changes what a whole answer says. */
export function changeBody(body: JsonValue | undefined, fault: AnyFault): JsonValue | undefined {
  if (!isObject(body)) return body;
  switch (fault.name) {
    case 'interleavedToolFragments':
    case 'bareToolCall':
    case 'repeatedName':
    case 'emptyName':
    case 'argumentsObject':
      return changeToolAnswer(body, fault.name);
    default:
      return body;
  }
}

/** Marks an event that is written with the field name `error` in place of `data`. No server names an event like this. */
export const errorField = '\u0000error-field';

/** The text that a fault adds to the content of a stream; a right caller must see it too. */
export function addedPieces(fault: AnyFault | undefined): string[] {
  if (fault?.name === 'hugeEvent') return ['x'.repeat(fault.bytes ?? 5 * 1024 * 1024)];
  if (fault?.name === 'manyEventsInOneWrite') return Array.from({ length: fault.events ?? 10_000 }, () => ' x');
  if (fault?.name === 'separatorsInText') return ['\u2028one\u2029two\u0085three\nfour\r\nfive'];
  return [];
}

/** A content event of the same make as the others of the stream. */
function contentLike(events: readonly StreamEvent[], text: string): StreamEvent {
  const model = events.find((event) => firstChoice(event) !== undefined);
  if (model === undefined || typeof model.data === 'string') return { data: { type: 'message.output.delta', content: text } };
  const plain = changeChoices(model, (choice) =>
    typeof choice.text === 'string'
      ? { ...choice, text, finish_reason: null }
      : { index: 0, delta: { content: text }, finish_reason: null },
  );
  if (typeof plain.data === 'string') return plain;
  const { usage: _usage, ...chunk } = plain.data;
  return { data: chunk, tokens: 1 };
}

function insertBeforeEnd(events: readonly StreamEvent[], added: readonly StreamEvent[]): readonly StreamEvent[] {
  // A call of tools has no text to add to.
  const finish = events.findIndex(isFinish);
  const at = finish === -1 ? events.length : finish;
  return [...events.slice(0, at), ...added, ...events.slice(at)];
}

function usageFirst(events: readonly StreamEvent[]): readonly StreamEvent[] {
  const holder = events.find((event) => typeof event.data !== 'string' && isObject(event.data.usage));
  if (holder === undefined || typeof holder.data === 'string') return events;
  const { usage, ...rest } = holder.data;
  const early: StreamEvent = { data: { ...rest, choices: [], usage } };
  const others = events.flatMap((event) => {
    if (event !== holder) return [event];
    return Array.isArray(rest.choices) && rest.choices.length === 0 ? [] : [{ ...event, data: rest }];
  });
  const finish = others.findIndex(isFinish);
  return finish === -1 ? events : [...others.slice(0, finish), early, ...others.slice(finish)];
}
