import type { z } from 'zod';
import { invalidParameter } from '../../errors/parameter-errors.ts';
import type { ProxyError } from '../../errors/proxy-error.ts';
import type { JsonObject } from '../../json/json.ts';

/** Names a field as OpenAI's errors do: `messages[2].role`. */
export function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, key) => {
    if (typeof key === 'number') return `${name}[${key}]`;
    return name === '' ? String(key) : `${name}.${String(key)}`;
  }, '');
}

/** The 400 for a field that is not what it must be: says which, what it must be, and what it is. */
export function requestFault(issue: z.core.$ZodIssue, body: JsonObject): ProxyError {
  const name = fieldName(issue.path);
  return invalidParameter(name, `"${name}" ${issue.message}; ${describe(valueAt(body, issue.path))}.`);
}

function valueAt(body: JsonObject, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
  }, body);
}

function describe(value: unknown): string {
  if (value === undefined) return 'it is missing';
  if (value === null) return 'it is null';
  if (Array.isArray(value)) return value.length === 0 ? 'it is an empty array' : 'it is an array';
  // Longer texts are content rather than a mistyped word, and content does not belong in errors, which are logged.
  if (typeof value === 'string') return value.length <= 32 ? `it is ${JSON.stringify(value)}` : 'it is a longer string';
  return typeof value === 'number' || typeof value === 'boolean' ? `it is ${value}` : 'it is an object';
}
