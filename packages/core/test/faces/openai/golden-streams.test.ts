import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createOpenaiEncoder } from '../../../src/faces/openai/create-encoder.ts';
import { ProxyError } from '../../../src/index.ts';
import type { JsonObject, Operation, ProxyErrorOptions } from '../../../src/index.ts';
import { makeCall } from './make-call.ts';

/** A stream as it enters the encoder: beside each lies the same name with `.sse`, exactly what leaves it. */
interface GoldenStream {
  readonly operation: Operation;
  readonly input: JsonObject;
  readonly chunks: readonly JsonObject[];
  readonly failure?: ProxyErrorOptions & { readonly message: string };
}

const folder = new URL('golden/', import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replace(/\.json$/u, ''))
  .toSorted();

test('the streams that matter are all there', () => {
  expect(names).toEqual([
    'completions',
    'completions-usage-asked',
    'empty',
    'failure-mid-stream',
    'fim',
    'hostile-text',
    'mended',
    'one-tool',
    'reasoning',
    'text',
    'text-usage-asked',
    'two-choices-interleaved',
    'two-tools-interleaved',
  ]);
});

describe.each(names)('the stream %s', (name) => {
  const golden = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as GoldenStream;
  const expected = readFileSync(new URL(`${name}.sse`, folder), 'utf8');

  test('is written to the byte', () => {
    const encoder = createOpenaiEncoder(makeCall(golden.operation, golden.input), () => 1_800_000_000);
    const written = golden.chunks.map((chunk) => encoder.chunk(chunk)).join('');
    const { failure } = golden;
    const last = failure === undefined ? encoder.end() : encoder.fail(new ProxyError(failure.message, failure));
    expect(written + last).toBe(expected);
  });

  test('is made of events of one line each, and ends as it must', () => {
    expect(expected).toMatch(/^(?:data: [^\r\n]+\n\n)+$/u);
    expect(expected.endsWith('\n\ndata: [DONE]\n\n')).toBe(golden.failure === undefined);
    expect(expected.split('data: [DONE]\n\n')).toHaveLength(golden.failure === undefined ? 2 : 1);
  });
});
