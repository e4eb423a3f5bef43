import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBodyWriter } from '../../src/attempts/body-writer.ts';
import type { JsonObject } from '../../src/index.ts';

describe('createBodyWriter', () => {
  it('writes what JSON.stringify writes', () => {
    const object = fc.dictionary(
      fc.string(),
      fc.oneof(fc.jsonValue(), fc.constant(undefined), fc.string({ minLength: 257, maxLength: 300 })),
    );
    fc.assert(
      fc.property(fc.array(object, { maxLength: 4 }), (bodies) => {
        const write = createBodyWriter();
        for (const body of [...bodies, ...bodies]) expect(write(body as JsonObject)).toBe(JSON.stringify(body));
      }),
    );
  });

  it('reads what several bodies share once', () => {
    let reads = 0;
    const messages = Object.defineProperty({}, 'text', {
      enumerable: true,
      get() {
        reads += 1;
        return 'long';
      },
    }) as JsonObject;
    const write = createBodyWriter();
    const body: JsonObject = { messages };
    const texts = [body, body, { messages, seed: 1 }, { messages, seed: 2 }].map(write);
    expect(texts).toEqual([
      '{"messages":{"text":"long"}}',
      '{"messages":{"text":"long"}}',
      '{"messages":{"text":"long"},"seed":1}',
      '{"messages":{"text":"long"},"seed":2}',
    ]);
    expect(reads).toBe(1);
  });
});
