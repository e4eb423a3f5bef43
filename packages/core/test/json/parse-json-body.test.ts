import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ProxyError } from '../../src/errors/proxy-error.ts';
import { parseJsonBody } from '../../src/json/parse-json-body.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (body: string | Uint8Array, maxDepth = 128): unknown =>
  parseJsonBody(typeof body === 'string' ? bytesOf(body) : body, { maxDepth });

function refusal(body: string | Uint8Array, maxDepth = 128): ProxyError {
  try {
    parse(body, maxDepth);
  } catch (error) {
    if (error instanceof ProxyError) return error;
    throw error;
  }
  throw new Error('the body was accepted');
}

describe('parseJsonBody', () => {
  it.each([
    ['{"a":[1,2,{"b":null}]}', { a: [1, 2, { b: null }] }],
    ['\uFEFF{"a":1}', { a: 1 }],
    [' \t\r\n"x"\n', 'x'],
    ['-0.5e+3', -500],
    ['"\u2028\u007f"', '\u2028\u007f'],
    ['"\\ud800"', '\ud800'],
    ['true', true],
  ])('accepts %j', (body, value) => {
    expect(parse(body)).toEqual(value);
  });

  it.each([
    ['', 'The request body is empty: send a JSON object. Nothing was sent upstream.'],
    [' ', 'unexpected end at position 1 (line 1, column 2), expected a value.'],
    ['\uFEFF', 'unexpected end at position 0 (line 1, column 1), expected a value.'],
    ['{"a": 1,\n  oops}', 'unexpected character at position 11 (line 2, column 3), expected a name in double quotes.'],
    ['{"a":1,}', 'unexpected character at position 7 (line 1, column 8), expected a name in double quotes.'],
    ['{,}', 'unexpected character at position 1 (line 1, column 2), expected a name in double quotes or "}".'],
    ["{'a':1}", 'unexpected character at position 1 (line 1, column 2), expected a name in double quotes or "}".'],
    ['{"a" 1}', 'unexpected character at position 5 (line 1, column 6), expected ":".'],
    ['{"a":}', 'unexpected character at position 5 (line 1, column 6), expected a value.'],
    ['{"a":1 "b":2}', 'unexpected character at position 7 (line 1, column 8), expected "," or "}".'],
    ['[1,]', 'unexpected character at position 3 (line 1, column 4), expected a value.'],
    ['[,', 'unexpected character at position 1 (line 1, column 2), expected a value or "]".'],
    ['[1 2]', 'unexpected character at position 3 (line 1, column 4), expected "," or "]".'],
    ['[1', 'unexpected end at position 2 (line 1, column 3), expected "," or "]".'],
    ['[1}', 'unexpected character at position 2 (line 1, column 3), expected "," or "]".'],
    ['{} x', 'unexpected character at position 3 (line 1, column 4), expected the end.'],
    ['"abc', 'unexpected end at position 4 (line 1, column 5), expected the closing quote of a string.'],
    ['"a\nb"', 'unexpected character at position 2 (line 1, column 3), expected a control character to be escaped.'],
    ['"\u001f"', 'unexpected character at position 1 (line 1, column 2), expected a control character to be escaped.'],
    ['"\\x"', 'unexpected character at position 2 (line 1, column 3), expected an escape that JSON knows.'],
    ['"\\u12g4"', 'unexpected character at position 5 (line 1, column 6), expected four hexadecimal digits after \\u.'],
    ['"\\u12', 'unexpected end at position 5 (line 1, column 6), expected four hexadecimal digits after \\u.'],
    ['01', 'unexpected character at position 1 (line 1, column 2), expected the end.'],
    ['1.', 'unexpected end at position 2 (line 1, column 3), expected a digit.'],
    ['-x', 'unexpected character at position 1 (line 1, column 2), expected a digit.'],
    ['1e+', 'unexpected end at position 3 (line 1, column 4), expected a digit.'],
    ['nul', 'unexpected end at position 3 (line 1, column 4), expected null.'],
    ['[True]', 'unexpected character at position 1 (line 1, column 2), expected a value or "]".'],
    ['tru]', 'unexpected character at position 3 (line 1, column 4), expected true.'],
    ['{"a": NaN}', 'unexpected character at position 6 (line 1, column 7), expected a value.'],
    ['{"é🦊": x}', 'unexpected character at position 8 (line 1, column 9), expected a value.'],
    ['\u00a0{}', 'unexpected character at position 0 (line 1, column 1), expected a value.'],
    ['[1]\r\n\r\n]', 'unexpected character at position 7 (line 3, column 1), expected the end.'],
  ])('refuses %j and says where', (body, message) => {
    const error = refusal(body);
    expect(error).toMatchObject({ status: 400, code: 'invalid_json', type: 'invalid_request_error', source: 'caller' });
    expect(error.message).toContain(message);
    expect(error.message).toMatch(/Nothing was sent upstream\.$/);
  });

  it.each([
    [[0x22, 0xff, 0x22], 'position 1 (line 1, column 2)'],
    [[0x5b, 0x0a, 0x22, 0xc3, 0xa9, 0xed, 0xa0, 0x80, 0x22, 0x5d], 'position 4 (line 2, column 3)'],
    [[0x22, 0xc0, 0xaf, 0x22], 'position 1 (line 1, column 2)'],
    [[0x22, 0xf0, 0x9f, 0xa6], 'position 1 (line 1, column 2)'],
    [[0xff, 0xfe, 0x7b, 0x00], 'position 0 (line 1, column 1)'],
  ])('refuses the bytes %j, which are not UTF-8', (bytes, place) => {
    const error = refusal(Uint8Array.from(bytes));
    expect(error).toMatchObject({ status: 400, code: 'invalid_json' });
    expect(error.message).toBe(`The request body is not valid JSON: invalid UTF-8 at ${place}. Nothing was sent upstream.`);
  });

  it('never quotes the body, not even in a cause', () => {
    for (const body of ['{"prompt":"my secret" secret}', 'secret', '{"secret', '[secret', '"secret\u0001"', '{"a":1}secret']) {
      const error = refusal(body);
      expect(error.message).not.toContain('secret');
      expect(error.cause).toBe(undefined);
    }
  });

  it('refuses nesting beyond the bound and says where', () => {
    expect(parse('['.repeat(128) + ']'.repeat(128))).toBeInstanceOf(Array);
    expect(refusal('['.repeat(129) + ']'.repeat(129)).message).toBe(
      'The request body is nested deeper than 128 levels at position 128 (line 1, column 129). Nothing was sent upstream.',
    );
    expect(refusal('{"a":\n{"a":1}}', 1).message).toContain('deeper than 1 levels at position 6 (line 2, column 1)');
  });

  it('refuses 200,000 nested arrays and objects without recursion', () => {
    for (const body of [
      '['.repeat(200_000),
      '['.repeat(200_000) + ']'.repeat(200_000),
      '{"a":'.repeat(200_000),
      `{"tools":${'['.repeat(200_000)}`,
    ]) {
      expect(refusal(body)).toMatchObject({ status: 400, code: 'invalid_json' });
      expect(refusal(body).message).toContain('deeper than 128 levels');
    }
  });

  it('refuses a flood of closing and opening brackets without recursion', () => {
    expect(refusal(']'.repeat(300_000) + '['.repeat(300_000)).message).toContain('position 0');
  });

  it('keeps __proto__ and its like as own properties and pollutes nothing', () => {
    const value = parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Reflect.get({}, 'polluted')).toBe(undefined);
  });

  it('parses whatever was stringified to an equal value', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.boolean(), (text, mark) => {
        expect(parse((mark ? '\uFEFF' : '') + text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 1000 },
    );
  });
});

const corpora = process.env['CORPORA'];

describe.skipIf(corpora === undefined)('JSONTestSuite (skipped where CORPORA is not set)', () => {
  const folder = join(corpora ?? '', 'json-test-suite/test_parsing');
  const names = corpora === undefined ? [] : readdirSync(folder);

  it('is there', () => expect(names.length).toBeGreaterThan(200));

  it.each(names.filter((name) => name.startsWith('y_')))('accepts %s', (name) => {
    const bytes = readFileSync(join(folder, name));
    expect(parse(bytes)).toEqual(JSON.parse(bytes.toString()));
  });

  it.each(names.filter((name) => name.startsWith('n_')))('refuses %s', (name) => {
    const error = refusal(readFileSync(join(folder, name)));
    expect(error).toMatchObject({ status: 400, code: 'invalid_json' });
    expect(error.message).toMatch(name === 'n_structure_no_data.json' ? /is empty/ : /position \d+ \(line \d+, column \d+\)/);
  });
});
