import { describe, expect, it } from 'vitest';
import { toArgumentsJson } from '../../../src/face/answers/arguments-json.ts';

describe('the arguments of a call', () => {
  it.each([
    ['{}', '{}'],
    ['', '{}'],
    [' \n', '{}'],
    ['{"b":1,"a":2}', '{"b":1,"a":2}'],
    ['{"10":1,"2":2}', '{"10":1,"2":2}'],
    ['{"id":12345678901234567890}', '{"id":12345678901234567890}'],
    ['{\r\n  "a": "b\\nc"\n}', '{    "a": "b\\nc" }'],
    ['{"__proto__":{"x":1}}', '{"__proto__":{"x":1}}'],
    ['{"a":"\ud800"}', '{"a":"\\ud800"}'],
  ])('%j are the object %j', (text, json) => {
    expect(toArgumentsJson(text)).toBe(json);
  });

  it.each(['{"a":', 'null', '[1]', '"text"', '12', 'weather in\nParis', `{"a":${'['.repeat(200)}${']'.repeat(200)}}`])(
    '%j are no object, and kept as they are under a name',
    (text) => {
      const json = toArgumentsJson(text);
      expect(json).not.toContain('\n');
      expect(JSON.parse(json)).toEqual({ unparsed_arguments: text });
    },
  );
});
