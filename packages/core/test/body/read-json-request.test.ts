import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJsonRequest } from '../../src/body/read-json-request.ts';
import type { HttpRequest, HttpRequestBody } from '../../src/index.ts';
import { makeRequest } from '../fixtures/make-request.ts';

const limits = { body: 10 * 1024 * 1024, depth: 128 };
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function request(body: HttpRequestBody, headers: Record<string, string> = { 'content-type': 'application/json' }): HttpRequest {
  return makeRequest('/v1/chat/completions', {}, { body, headers });
}

function streamed(bytes: Uint8Array, pieceSize = 65_536): HttpRequestBody {
  const pieces = Array.from({ length: Math.ceil(bytes.byteLength / pieceSize) }, (_, index) =>
    bytes.subarray(index * pieceSize, (index + 1) * pieceSize),
  );
  return { kind: 'stream', stream: Readable.from(pieces) };
}

const failure = (status: number, code: string): object =>
  expect.objectContaining({ name: 'ProxyError', status, code, source: 'caller' }) as object;

describe('a JSON body', () => {
  const jsonText = fc.json();

  it('is the same as bytes, in pieces of any size, and compressed', async () => {
    const coding = fc.constantFrom(
      ['gzip', gzipSync] as const,
      ['deflate', deflateSync] as const,
      ['br', brotliCompressSync] as const,
      ['zstd', zstdCompressSync] as const,
      ['x-gzip', gzipSync] as const,
      ['GZIP', gzipSync] as const,
    );
    await fc.assert(
      fc.asyncProperty(jsonText, fc.integer({ min: 1, max: 40 }), coding, async (text, size, [name, compress]) => {
        const expected = { value: JSON.parse(text) as unknown, bytes: encode(text) };
        const type = { 'content-type': 'application/json' };
        expect(await readJsonRequest(request({ kind: 'bytes', bytes: encode(text) }), limits)).toEqual(expected);
        expect(await readJsonRequest(request(streamed(encode(text), size)), limits)).toEqual(expected);
        const compressed = await readJsonRequest(request(streamed(compress(text), size), { ...type, 'content-encoding': name }), limits);
        expect([compressed.value, Buffer.from(compressed.bytes).toString()]).toEqual([expected.value, text]);
      }),
      { numRuns: 60 },
    );
  });

  it('that a parser has read goes on JSON-equal', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const read = await readJsonRequest(request({ kind: 'value', value }), limits);
        expect(JSON.stringify(read.value)).toBe(JSON.stringify(value));
        expect(JSON.parse(Buffer.from(read.bytes).toString())).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['a date', { at: new Date(0) }, { at: '1970-01-01T00:00:00.000Z' }],
    ['undefined inside', { a: undefined, b: [undefined] }, { b: [null] }],
    ['a prototype of its own', Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } }) as object, { own: 2 }],
    ['a null prototype', Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
  ])('with %s is what JSON makes of it', async (_what, value, expected) => {
    expect((await readJsonRequest(request({ kind: 'value', value }), limits)).value).toEqual(expected);
  });

  it('keeps a key named __proto__ as a key', async () => {
    const { value } = await readJsonRequest(request({ kind: 'bytes', bytes: encode('{"__proto__":{"admin":true}}') }), limits);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.hasOwn(value as object, '__proto__')).toBe(true);
  });

  it.each<[string, HttpRequestBody]>([
    ['no body', { kind: 'none' }],
    ['empty bytes', { kind: 'bytes', bytes: new Uint8Array() }],
    ['an empty stream', streamed(new Uint8Array())],
    ['undefined', { kind: 'value', value: undefined }],
    ['a function', { kind: 'value', value: () => {} }],
  ])('that is %s is a 400 that says so', async (_what, body) => {
    await expect(readJsonRequest(request(body), limits)).rejects.toEqual(failure(400, 'invalid_json'));
    await expect(readJsonRequest(request(body), limits)).rejects.toThrow('empty');
  });

  it('that was consumed is a 400 that says where to mount the proxy', async () => {
    await expect(readJsonRequest(request({ kind: 'consumed' }), limits)).rejects.toEqual(failure(400, 'body_consumed'));
    await expect(readJsonRequest(request({ kind: 'consumed' }), limits)).rejects.toThrow('Mount the proxy before the body parser');
  });

  it.each([5_000, 200_000])('nested %d levels deep is a 400, however it comes', async (depth) => {
    const text = `${'['.repeat(depth)}${']'.repeat(depth)}`;
    for (const body of [
      { kind: 'bytes', bytes: encode(text) },
      { kind: 'value', value: JSON.parse(text) as unknown },
      streamed(encode(text)),
    ] as const) {
      await expect(readJsonRequest(request(body), limits)).rejects.toEqual(failure(400, 'invalid_json'));
    }
  });

  it('that refers to itself is a 400', async () => {
    const value: Record<string, unknown> = {};
    value.self = value;
    await expect(readJsonRequest(request({ kind: 'value', value }), limits)).rejects.toMatchObject({ status: 400 });
  });
});

describe('the type of a body', () => {
  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON',
    'application/problem+json',
    'application/vnd.api+json;v=1',
    undefined,
  ])('may be %s', async (type) => {
    const headers = type === undefined ? {} : { 'content-type': type };
    expect(
      (await readJsonRequest(request({ kind: 'bytes', bytes: encode('{}') }, headers as Record<string, string>), limits)).value,
    ).toEqual({});
  });

  it.each([
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'text/json',
    'x',
    '',
  ])('may not be %j: 415', async (type) => {
    const asked = readJsonRequest(request({ kind: 'bytes', bytes: encode('{}') }, { 'content-type': type }), limits);
    await expect(asked).rejects.toEqual(failure(415, 'unsupported_media_type'));
  });
});

describe('the size of a body', () => {
  const tooLarge = failure(413, 'body_too_large');

  it.each<[string, HttpRequestBody]>([
    ['bytes', { kind: 'bytes', bytes: new Uint8Array(20 << 20) }],
    ['a value', { kind: 'value', value: 'x'.repeat(20 << 20) }],
    ['a stream', streamed(new Uint8Array(20 << 20))],
  ])('is bounded for %s: 413 that names the option', async (_what, body) => {
    const asked = readJsonRequest(request(body), limits);
    await expect(asked).rejects.toEqual(tooLarge);
    await expect(asked).rejects.toThrow('"limits.body"');
  });

  it('is judged by its announcement, before a byte is read', async () => {
    let read = 0;
    const stream = (async function* () {
      read += 1;
      yield encode('{}');
    })();
    const headers = { 'content-type': 'application/json', 'content-length': String(20 << 20) };
    await expect(readJsonRequest(request({ kind: 'stream', stream }, headers), limits)).rejects.toEqual(tooLarge);
    expect(read).toBe(0);
  });

  it('is bounded where nothing was announced, and the rest is not read', async () => {
    let given = 0;
    let returned = false;
    const stream = (async function* () {
      try {
        for (;;) {
          given += 65_536;
          yield new Uint8Array(65_536).fill(0x20);
        }
      } finally {
        returned = true;
      }
    })();
    await expect(readJsonRequest(request({ kind: 'stream', stream }), limits)).rejects.toEqual(tooLarge);
    expect(given).toBeLessThanOrEqual(limits.body + 2 * 65_536);
    expect(returned).toBe(true);
  });

  it('may be the bound exactly, and not one byte more', async () => {
    const text = JSON.stringify('x'.repeat(998));
    expect((await readJsonRequest(request(streamed(encode(text))), { body: 1000, depth: 1 })).bytes.byteLength).toBe(1000);
    await expect(readJsonRequest(request(streamed(encode(`${text} `))), { body: 1000, depth: 1 })).rejects.toEqual(tooLarge);
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['deflate', deflateSync],
  ])('is that after inflating: a bomb of %s takes no more memory than the bound', async (name, compress) => {
    const bomb = compress(Buffer.alloc(48 << 20, 0x20));
    const before = process.memoryUsage();
    const headers = { 'content-type': 'application/json', 'content-encoding': name };
    await expect(readJsonRequest(request(streamed(bomb), headers), limits)).rejects.toEqual(tooLarge);
    const after = process.memoryUsage();
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(24 << 20);
  });
});

describe('the coding of a body', () => {
  const coded = (bytes: Uint8Array, name: string): HttpRequest =>
    request(streamed(bytes), { 'content-type': 'application/json', 'content-encoding': name });

  it.each(['gzip', 'deflate', 'br', 'zstd'])('that is not really %s is a 400', async (name) => {
    await expect(readJsonRequest(coded(encode('{"a":1}'), name), limits)).rejects.toEqual(failure(400, 'invalid_body'));
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['deflate', deflateSync],
  ])('that is cut, of %s, is a 400', async (name, compress) => {
    const whole = compress(JSON.stringify({ text: 'x'.repeat(100), more: [1, 2, 3] }));
    await expect(readJsonRequest(coded(whole.subarray(0, whole.length - 6), name), limits)).rejects.toMatchObject({
      status: 400,
      source: 'caller',
    });
  });

  it.each(['compress', 'gzip, gzip', 'gzip, br', 'aes128gcm', 'x'.repeat(200)])('%s is not known: 415', async (name) => {
    await expect(readJsonRequest(coded(encode('{}'), name), limits)).rejects.toEqual(failure(415, 'unsupported_encoding'));
  });

  it.each(['identity', '', ' Identity '])('%j is none', async (name) => {
    expect((await readJsonRequest(coded(encode('{"a":1}'), name), limits)).value).toEqual({ a: 1 });
  });

  it('has been undone already where a parser kept the bytes', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    expect((await readJsonRequest(request({ kind: 'bytes', bytes: encode('{"a":1}') }, headers), limits)).value).toEqual({ a: 1 });
  });
});
