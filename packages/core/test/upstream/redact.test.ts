import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact, redactValue, withoutCredential } from '../../src/upstream/redact.ts';

const secret = fc.string({ minLength: 8, maxLength: 60, unit: 'binary' }).map((text) => text.toWellFormed());

describe('redact', () => {
  it('leaves nothing of a credential in a text', () => {
    fc.assert(
      fc.property(fc.string(), secret, fc.string(), (before, key, after) => {
        fc.pre(!'[redacted]'.includes(key) && !`${before}[redacted]${after}`.includes(key));
        expect(redact(before + key + after + key, key)).not.toContain(key);
      }),
    );
  });

  it.each([
    ['key sk-12345678 refused', 'sk-12345678', 'key [redacted] refused'],
    ['key $&12345678 refused', '$&12345678', 'key [redacted] refused'],
    ['{"m":"\\u0073\\u006B-12\\/\\u002b5678"}', 'sk-12/+5678', '{"m":"[redacted]"}'],
    ['a word', 'a', 'a word'],
    ['a word', undefined, 'a word'],
    ['a word', '', 'a word'],
  ])('%j without %j is %j', (text, credential, expected) => {
    expect(redact(text, credential)).toBe(expected);
  });
});

describe('redactValue', () => {
  it('leaves nothing of a credential in any string or name of a value, and its shape as it is', () => {
    fc.assert(
      fc.property(secret, fc.jsonValue(), (key, other) => {
        const value = { list: [`was ${key}`, key, 1, null], [key]: { deep: `x${key}` }, other };
        const clean = redactValue(value, key);
        fc.pre(!JSON.stringify(other).includes(JSON.stringify(key).slice(1, -1)));
        expect(clean).toEqual({
          list: ['was [redacted]', '[redacted]', 1, null],
          '[redacted]': { deep: 'x[redacted]' },
          other,
        });
      }),
    );
  });

  it('changes nothing where there is nothing to hide', () => {
    const value = { message: 'hello', list: [1, true, null, { __proto__: null, a: '' }] };
    expect(redactValue(value, 'sk-12345678')).toEqual(value);
    expect(redactValue(value, undefined)).toBe(value);
    expect(redactValue(undefined, 'sk-12345678')).toBeUndefined();
    expect(redactValue('bad sk-12345678', 'sk-12345678')).toBe('bad [redacted]');
  });

  it('sees through escapes that would join with the credential', () => {
    expect(redactValue({ message: '\\n1234567' }, '\n1234567')).toEqual({ message: '\\n1234567' });
  });

  it('cuts what is nested without end', () => {
    const deep: unknown = JSON.parse('['.repeat(50_000) + ']'.repeat(50_000));
    expect(JSON.stringify(redactValue(deep, 'sk-12345678'))).toBe(`${'['.repeat(100)}"[redacted]"${']'.repeat(100)}`);
    expect(redactValue(JSON.parse('{"__proto__":{"x":"sk-12345678"}}'), 'sk-12345678')).toEqual(
      JSON.parse('{"__proto__":{"x":"[redacted]"}}'),
    );
  });
});

describe('withoutCredential', () => {
  it('leaves out the headers that repeat it', () => {
    const headers = { a: 'sk-12345678', b: ['x', 'y sk-12345678'], c: 'fine', d: undefined, e: ['x'] };
    expect(withoutCredential(headers, 'sk-12345678')).toEqual({ c: 'fine', d: undefined, e: ['x'] });
    expect(withoutCredential(headers, undefined)).toBe(headers);
  });
});
