import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { embeddingVector, toBase64Floats } from '../../src/content/embedding-vector.ts';
import { countTokens, groupTokens, tokensOf } from '../../src/content/tokens.ts';
import { valueFromSchema } from '../../src/content/value-from-schema.ts';
import { parseMultipart } from '../../src/server/multipart.ts';

describe('tokens', () => {
  it('put together again give the text, however they are grouped', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, count) => {
        expect(tokensOf(text).join('')).toBe(text);
        expect(groupTokens(tokensOf(text), count).join('')).toBe(text);
      }),
    );
  });

  it.each([
    ['', 0],
    ['one', 1],
    ['  one two\n', 2],
    [' ', 1],
  ])('count %j as %i', (text, count) => {
    expect(countTokens(text)).toBe(count);
  });
});

describe('values from schemas', () => {
  const rows: [schema: unknown, value: unknown][] = [
    [{ type: 'string', minLength: 20 }, 'simulated value.....'],
    [{ type: 'string', maxLength: 3 }, 'sim'],
    [{ type: 'string', format: 'date' }, '2026-01-02'],
    [{ type: 'integer', minimum: 5 }, 5],
    [{ type: 'number', exclusiveMinimum: 1 }, 2],
    [{ type: 'integer', minimum: 5, multipleOf: 4 }, 8],
    [{ type: 'integer', maximum: -3 }, -3],
    [{ type: ['null', 'string'] }, null],
    [{ enum: ['b', 'a'] }, 'b'],
    [{ const: 7 }, 7],
    [{ type: 'array', items: { type: 'boolean' }, minItems: 2 }, [true, true]],
    [{ anyOf: [{ type: 'null' }, { type: 'string' }] }, null],
    [{ $ref: '#/$defs/point', $defs: { point: { type: 'object', properties: { x: { type: 'number' } } } } }, { x: 1 }],
    [{ allOf: [{ type: 'object', properties: { a: { const: 1 } } }, { properties: { b: { const: 2 } } }] }, { a: 1, b: 2 }],
    [{ properties: { nested: { properties: { deep: {} } } } }, { nested: { deep: 'simulated deep' } }],
  ];
  it.each(rows)('satisfy %j', (schema, value) => {
    expect(valueFromSchema(schema)).toEqual(value);
  });

  it('end where a schema refers to itself', () => {
    const schema = { $ref: '#/$defs/node', $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } } };
    expect(JSON.stringify(valueFromSchema(schema)).length).toBeLessThan(1000);
  });
});

describe('embedding vectors', () => {
  it('have length one, and come back from base64 as they were', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 64 }), (text, dimension) => {
        const vector = embeddingVector(text, dimension);
        expect(Math.hypot(...vector)).toBeCloseTo(1, 4);
        const bytes = Buffer.from(toBase64Floats(vector), 'base64');
        expect(vector.map((_, index) => bytes.readFloatLE(index * 4))).toEqual(vector);
      }),
    );
  });

  it('are nearer for texts that share words', () => {
    const [a, b, c] = ['the red house', 'the red barn', 'quantum physics lecture'].map((text) => embeddingVector(text, 512));
    const dot = (x: readonly number[] = [], y: readonly number[] = []): number =>
      x.reduce((sum, value, index) => sum + value * (y[index] ?? 0), 0);
    expect(dot(a, b)).toBeGreaterThan(dot(a, c));
  });
});

describe('multipart bodies', () => {
  it('come apart into the parts they were made of, whatever the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: 'grapheme-ascii' }), async (bytes, text) => {
        const form = new FormData();
        form.set('file', new Blob([bytes], { type: 'image/png' }), 'näme.png');
        form.set('purpose', text);
        const request = new Request('http://x', { method: 'POST', body: form });
        const body = new Uint8Array(await request.arrayBuffer());
        const parts = parseMultipart(request.headers.get('content-type') ?? '', body) ?? [];
        expect(parts.map((part) => [part.name, part.filename, part.contentType])).toEqual([
          ['file', 'näme.png', 'image/png'],
          ['purpose', undefined, undefined],
        ]);
        expect(Uint8Array.from(parts[0]?.bytes ?? [])).toEqual(bytes);
        expect(new TextDecoder('utf-8', { ignoreBOM: true }).decode(parts[1]?.bytes)).toBe(text.replaceAll(/\r\n|\r|\n/gu, '\r\n'));
      }),
    );
  });

  it.each([
    ['application/json', '{}'],
    ['multipart/form-data', '--x--'],
    ['multipart/form-data; boundary=x', 'nothing'],
    ['multipart/form-data; boundary=x', '--x\r\ncontent-disposition: form-data; name="a"\r\n\r\nno end'],
  ])('are refused as %s %j', (type, body) => {
    expect(parseMultipart(type, Buffer.from(body))).toBe(undefined);
  });
});
