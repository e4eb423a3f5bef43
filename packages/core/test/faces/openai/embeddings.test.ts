import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOpenaiEncoder } from '../../../src/faces/openai/create-encoder.ts';
import { vectorFromBase64, vectorToBase64 } from '../../../src/faces/openai/embedding-vectors.ts';
import type { JsonObject, JsonValue } from '../../../src/index.ts';
import { makeCall } from './make-call.ts';
import { serveAnswers } from './serve-answer.ts';
import type { AnswerServer } from './serve-answer.ts';

const vectors = fc.array(fc.float({ noNaN: true }), { maxLength: 300 });

// Exactly representable in 32 bits, so that equality is exact.
const numbers = [0.5, -1.25, 3, 0, 1e-3].map(Math.fround);
const base64 = Buffer.from(Float32Array.from(numbers).buffer).toString('base64');

let server: AnswerServer;
beforeAll(async () => {
  server = await serveAnswers();
});
afterAll(() => server.close());

function answerWith(embedding: JsonValue): JsonObject {
  return {
    object: 'list',
    model: 'embed',
    data: [{ object: 'embedding', index: 0, embedding }],
    usage: { prompt_tokens: 1, total_tokens: 1 },
  };
}

describe('vectors', () => {
  test('of 32-bit floats come through base64 exactly', () => {
    fc.assert(
      fc.property(vectors, (vector) => {
        expect(vectorFromBase64(vectorToBase64(vector))).toEqual(vector);
      }),
    );
  });

  test('are written as a little-endian machine has them in memory', () => {
    fc.assert(
      fc.property(vectors, (vector) => {
        expect(vectorToBase64(vector)).toBe(Buffer.from(Float32Array.from(vector).buffer).toString('base64'));
      }),
    );
    expect(vectorToBase64([1])).toBe('AACAPw==');
  });

  test('of many thousand dimensions come through', () => {
    const vector = Array.from({ length: 100_000 }, (_, index) => index);
    // Compared as text: the difference of two arrays of this size would take minutes to print.
    expect(vectorFromBase64(vectorToBase64(vector)).join() === vector.join()).toBe(true);
  });

  test.each(['not base64!', 'AAAA', 'AA=A', 'AACAPwA='])('that are %j are the provider’s fault', (text) => {
    expect(() => vectorFromBase64(text)).toThrow(expect.objectContaining({ status: 502, code: 'upstream_garbage', source: 'provider' }));
  });
});

describe('an answer to embeddings', () => {
  test.each([
    ['float', numbers, numbers],
    ['float', base64, numbers],
    ['base64', numbers, base64],
    ['base64', base64, base64],
    [undefined, numbers, numbers],
    [undefined, base64, numbers],
    [null, base64, numbers],
  ] as const)('asked as %j and given as %j goes out as %j', (format, given, seen) => {
    const call = makeCall('embeddings', format === undefined ? {} : { encoding_format: format });
    const embedding: JsonValue = typeof given === 'string' ? given : [...given];
    expect(JSON.parse(createOpenaiEncoder(call).value(answerWith(embedding)))).toEqual(
      answerWith(typeof seen === 'string' ? seen : [...seen]),
    );
  });

  test('follows what the caller asked, also when a policy changes the input later', () => {
    const call = makeCall('embeddings', { encoding_format: 'base64' });
    const encoder = createOpenaiEncoder(call);
    call.input = { encoding_format: 'float' };
    expect(JSON.parse(encoder.value(answerWith([...numbers])))).toEqual(answerWith(base64));
  });

  test('gets the fields that clients require, and no numbers that nobody stated', () => {
    const output = { data: [{ embedding: [1] }, { embedding: [2] }] };
    expect(JSON.parse(createOpenaiEncoder(makeCall('embeddings')).value(output))).toEqual({
      object: 'list',
      model: 'asked-model',
      data: [
        { object: 'embedding', index: 0, embedding: [1] },
        { object: 'embedding', index: 1, embedding: [2] },
      ],
    });
  });

  test.each(['float', 'base64', undefined] as const)('is read right by the client that asks for %s', async (format) => {
    for (const given of [numbers, base64]) {
      // What the client really sends where nothing was asked is base64; the encoder is made from the request as it arrived.
      const asked = format ?? 'base64';
      const encoder = createOpenaiEncoder(makeCall('embeddings', { encoding_format: asked }));
      server.answer = {
        contentType: encoder.contentType,
        pieces: [encoder.value(answerWith(typeof given === 'string' ? given : [...given]))],
      };
      const answer = await server.client.embeddings.create({
        model: 'm',
        input: 'x',
        ...(format === undefined ? {} : { encoding_format: format }),
      });
      expect(answer.data[0]?.embedding).toEqual(format === 'base64' ? base64 : numbers);
      expect(JSON.parse(server.asked.at(-1)?.body ?? '')).toMatchObject({ encoding_format: asked });
    }
  });
});
