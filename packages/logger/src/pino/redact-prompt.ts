import type { JsonObject, JsonValue } from '@ai-proxy/core';

/** What is taken out of prompts before they are written: each pattern is linear, because callers write what it reads. */
const secrets: readonly (readonly [RegExp, string])[] = [
  [/\bdata:[\w.+-]{1,40}\/[\w.+-]{1,60};base64,[\w+/=-]+/g, '[data]'],
  [/\b(?:sk|pk|rk|ghp|gho|xox[abp]|whsec)[-_][\w-]{12,}/g, '[key]'],
  [/\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,}/g, '[token]'],
  [/\bBearer +[\w.~+/=-]{8,}/gi, 'Bearer [key]'],
  [/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}/g, '[address]'],
  [/\b(?:\d[ -]?){12,18}\d\b/g, '[number]'],
];

/** A prompt as it may be written down: without what looks like a secret, an address or a card's number, and cut to a length. */
export function redactPrompt(input: JsonObject, limit: number): string {
  const asked = input['messages'] ?? input['prompt'] ?? input['input'] ?? input['inputs'];
  const text = asked === undefined ? '' : textOf(asked, limit * 4);
  const clean = secrets.reduce((rest, [pattern, word]) => rest.replace(pattern, word), text);
  return clean.length > limit ? `${clean.slice(0, limit)}… (${clean.length - limit} more)` : clean;
}

/** The texts of a prompt, one after the other; no more is read than could be shown. */
function textOf(value: JsonValue, limit: number): string {
  let text = '';
  const add = (one: JsonValue | undefined): void => {
    if (text.length >= limit || one === undefined || one === null) return;
    if (typeof one === 'string') text += `${text === '' ? '' : '\n'}${one.slice(0, limit - text.length)}`;
    else if (Array.isArray(one)) one.forEach(add);
    else if (typeof one === 'object') {
      if (typeof one['role'] === 'string') add(`${one['role']}:`);
      add(one['content'] ?? one['text'] ?? one['input']);
    }
  };
  add(value);
  return text;
}
