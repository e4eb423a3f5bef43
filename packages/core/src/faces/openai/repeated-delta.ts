import { isJsonObject } from '../../json/json.ts';
import type { JsonObject, JsonValue } from '../../json/json.ts';

/** What all events of a stream that bring some text and nothing else have around it. */
export interface RepeatedDelta {
  /** The event of a chunk whose text is all that is new. */
  write(text: string): string;
  /** Whether this choice's text goes there. */
  fits(choice: JsonValue | undefined): boolean;
}

/** Learns it from the first such event. Writing the rest of each chunk anew would cost more than everything else that is done with it. */
export function learnDelta(event: string, choice: JsonValue | undefined, text: string): RepeatedDelta {
  // Found nowhere else: inside of a JSON string a quote has a backslash before it.
  const key = '"content":';
  const start = event.lastIndexOf(key) + key.length;
  const before = event.slice(0, start);
  const after = event.slice(start + JSON.stringify(text).length);
  const index = indexOf(choice);
  return {
    write: (next) => before + JSON.stringify(next) + after,
    fits: (next) => indexOf(next) === index,
  };
}

/** The text of a chunk that has nothing else to say: the same five fields as all, one choice, and in its delta the content alone. */
export function onlyText(chunk: JsonObject): string | undefined {
  const { choices } = chunk;
  if (!Array.isArray(choices) || choices.length !== 1 || countFields(chunk) !== 5) return undefined;
  const [choice] = choices;
  if (!isJsonObject(choice) || choice['finish_reason'] !== null || countFields(choice) !== 3) return undefined;
  const { delta } = choice;
  if (!isJsonObject(delta) || typeof delta['content'] !== 'string' || countFields(delta) !== 1) return undefined;
  return delta['content'];
}

function countFields(object: JsonObject): number {
  let count = 0;
  for (const _ in object) count += 1;
  return count;
}

const indexOf = (choice: JsonValue | undefined): JsonValue | undefined => (isJsonObject(choice) ? choice['index'] : undefined);
