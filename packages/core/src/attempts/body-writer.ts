import type { JsonObject, JsonValue } from '../json/json.ts';

/** Shorter texts cost less to write again than to remember. */
const worthKeeping = 256;

/**
 * Writes the bodies of requests that go up side by side and have most in common: the same body becomes the same string, and what several bodies hold
 * in a field is written once. A hundred answers to a request of 10 MiB would else need a gigabyte.
 */
export function createBodyWriter(): (body: JsonObject) => string {
  const bodies = new Map<JsonObject, string>();
  const values = new Map<JsonValue, string>();

  function write(value: JsonValue): string {
    const isKept = typeof value === 'string' ? value.length > worthKeeping : typeof value === 'object' && value !== null;
    if (!isKept) return JSON.stringify(value);
    let text = values.get(value);
    if (text === undefined) values.set(value, (text = JSON.stringify(value)));
    return text;
  }

  return (body) => {
    const known = bodies.get(body);
    if (known !== undefined) return known;
    const fields: string[] = [];
    for (const [name, value] of Object.entries(body)) if (value !== undefined) fields.push(`${JSON.stringify(name)}:${write(value)}`);
    const text = `{${fields.join(',')}}`;
    bodies.set(body, text);
    return text;
  };
}
