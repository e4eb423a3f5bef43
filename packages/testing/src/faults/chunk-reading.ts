import type { JsonObject } from '@ai-proxy/core';
import { isObject, objectsOf } from '../json/json-object.ts';
import type { StreamEvent } from '../server/answer.ts';

/** The first choice of a chunk that came as JSON. */
export function firstChoice(event: StreamEvent): JsonObject | undefined {
  return typeof event.data === 'string' ? undefined : objectsOf(event.data.choices)[0];
}

export function isDone(event: StreamEvent): boolean {
  return event.data === '[DONE]';
}

/** Whether an event says that a choice is finished, in any of the dialects. */
export function isFinish(event: StreamEvent): boolean {
  if (typeof event.data === 'string') return false;
  if (event.data.done === true) return true;
  if (objectsOf(event.data.choices).some((choice) => typeof choice.finish_reason === 'string')) return true;
  return typeof event.data.type === 'string' && event.data.type.endsWith('.done');
}

/** Whether an event carries output: text, thinking or a tool call. */
export function isOutput(event: StreamEvent): boolean {
  if (typeof event.data === 'string') return false;
  const choice = firstChoice(event);
  if (choice === undefined) return typeof event.data.type === 'string' && event.data.type.endsWith('.delta');
  if (typeof choice.text === 'string') return choice.text !== '';
  const delta = choice.delta;
  if (!isObject(delta)) return false;
  return [delta.content, delta.reasoning_content, delta.tool_calls].some((part) => part !== undefined && part !== null && part !== '');
}

/** A copy of a chunk in which every choice has been changed. */
export function changeChoices(event: StreamEvent, change: (choice: JsonObject) => JsonObject): StreamEvent {
  if (typeof event.data === 'string' || !Array.isArray(event.data.choices)) return event;
  return { ...event, data: { ...event.data, choices: objectsOf(event.data.choices).map(change) } };
}

/** A copy of a chunk or whole answer in which every delta or message has been changed. */
export function changeMessages(event: StreamEvent, change: (message: JsonObject) => JsonObject): StreamEvent {
  return changeChoices(event, (choice) => ({
    ...choice,
    ...(isObject(choice.delta) ? { delta: change(choice.delta) } : {}),
    ...(isObject(choice.message) ? { message: change(choice.message) } : {}),
  }));
}
