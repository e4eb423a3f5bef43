import { describe, expect, it } from 'vitest';
import { encodeStream } from '../../src/answer/encode-stream.ts';
import { createReceipt } from '../../src/receipt/create-receipt.ts';
import type { ChunkBatch } from '../../src/call/reply.ts';
import { brokenExchange } from '../../src/transport/broken-exchange.ts';
import type { Call, Encoder, Receipt } from '../../src/index.ts';
import { ProxyError } from '../../src/index.ts';
import { makeCall } from '../faces/openai/make-call.ts';

const encoder: Encoder = {
  contentType: 'text/plain',
  streamContentType: 'text/plain',
  value: String,
  chunk: (chunk) => (chunk === 'silent' ? '' : `<${String(chunk)}>`),
  end: () => '<end>',
  fail: (error) => `<failed ${String(error.code)}>`,
};

const gone = new ProxyError('gone', { status: 499, code: 'caller_left', source: 'caller' });
const late = new ProxyError('late', { status: 504, code: 'timeout_total' });

interface Opened {
  readonly call: Call;
  readonly ending: AbortController;
  readonly receipts: Receipt[];
  readonly failures: ProxyError[];
  read(batches: AsyncIterable<ChunkBatch>): AsyncIterator<string | Uint8Array>;
}

function open(): Opened {
  const receipts: Receipt[] = [];
  const failures: ProxyError[] = [];
  const ending = new AbortController();
  const start = { id: 'x', operation: 'chat', dialect: 'canonical', face: 'test', model: 'm', stream: true } as const;
  const receipt = createReceipt(start, { prices: undefined, onSettled: (settled) => void receipts.push(settled) });
  const call: Call = { ...makeCall('chat'), receipt, signal: ending.signal };
  return {
    call,
    ending,
    receipts,
    failures,
    read: (batches) => encodeStream(batches, encoder, call, (error) => void failures.push(error))[Symbol.asyncIterator](),
  };
}

async function* given(...values: (string | Error)[]): AsyncGenerator<ChunkBatch, void, undefined> {
  for (const value of values) {
    if (value instanceof Error) throw value;
    yield { chunks: value.split(',') };
  }
}

async function* endless(): AsyncGenerator<ChunkBatch, void, undefined> {
  for (;;) yield { chunks: ['x'] };
}

async function readAll(iterator: AsyncIterator<string | Uint8Array>): Promise<{ text: string; failure: unknown }> {
  let text = '';
  try {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) text += String(next.value);
  } catch (failure) {
    return { text, failure };
  }
  return { text, failure: undefined };
}

describe('encodeStream', () => {
  it('writes what arrived together in one piece, nothing for nothing, and the end', async () => {
    const { read, receipts, failures } = open();
    const iterator = read(given('a,b', 'silent', 'c,silent'));
    expect((await iterator.next()).value).toBe('<a><b>');
    expect((await iterator.next()).value).toBe('<c>');
    expect((await iterator.next()).value).toBe('<end>');
    expect(receipts).toEqual([]);
    expect((await iterator.next()).done).toBe(true);
    expect(receipts).toMatchObject([{ outcome: 'ok', code: undefined }]);
    expect(failures).toEqual([]);
  });

  it('passes bytes on as they are', async () => {
    const { read } = open();
    const bytes = Uint8Array.of(1, 2);
    const iterator = read(
      (async function* () {
        yield { chunks: ['ignored'], bytes };
      })(),
    );
    expect((await iterator.next()).value).toBe(bytes);
  });

  it.each<[string, Error, string, string]>([
    ['a reset', brokenExchange('reset'), 'upstream_reset', 'upstream_reset'],
    ['an early end', brokenExchange('eof'), 'upstream_eof', 'upstream_eof'],
    ['garbage', brokenExchange('garbage'), 'upstream_garbage', 'upstream_garbage'],
    ['silence', brokenExchange('idle_timeout'), 'timeout_idle', 'timeout_idle'],
    ['a failure of the provider', new ProxyError('x', { status: 500, code: 'theirs', source: 'provider' }), 'provider_error', 'theirs'],
    ['a guard that refuses', new ProxyError('x', { status: 400, code: 'blocked', source: 'policy' }), 'refused', 'blocked'],
    ['a mistake of ours', new TypeError('x'), 'internal_error', 'internal_error'],
  ])('tells of %s, breaks, and settles once', async (_what, cause, outcome, code) => {
    const { read, receipts, failures } = open();
    const { text, failure } = await readAll(read(given('a', cause)));
    expect(text).toBe(`<a><failed ${code}>`);
    expect(failure).toMatchObject({ name: 'ProxyError', code });
    expect(receipts).toMatchObject([{ outcome, code }]);
    expect(failures).toEqual([failure]);
  });

  it('settles a caller who stops reading before the end as gone', async () => {
    const { read, receipts } = open();
    const iterator = read(given('a', 'b'));
    await iterator.next();
    await iterator.return?.();
    expect(receipts).toMatchObject([{ outcome: 'caller_left', code: 'caller_left' }]);
    expect((await iterator.next()).done).toBe(true);
    expect(receipts).toHaveLength(1);
  });

  it('settles a caller who stops reading behind the end as served', async () => {
    const { read, receipts, ending } = open();
    const iterator = read(given('a'));
    await iterator.next();
    expect((await iterator.next()).value).toBe('<end>');
    expect(receipts).toEqual([]);
    await iterator.return?.();
    ending.abort(gone);
    expect(receipts).toMatchObject([{ outcome: 'ok' }]);
  });

  it('settles a call that is ended while nobody reads what is behind the end as served', async () => {
    const { read, receipts, ending } = open();
    const iterator = read(given());
    expect((await iterator.next()).value).toBe('<end>');
    ending.abort(gone);
    expect(receipts).toMatchObject([{ outcome: 'ok' }]);
    expect((await iterator.next()).done).toBe(true);
    expect(receipts).toHaveLength(1);
  });

  it('settles an answer that was never read', async () => {
    const { read, receipts } = open();
    await read(given('a')).return?.();
    expect(receipts).toMatchObject([{ outcome: 'caller_left' }]);
  });

  it.each([
    ['the caller left', gone, 'caller_left', ''],
    ['the time was over', late, 'timeout_total', '<failed timeout_total>'],
  ] as const)('settles at once where %s, whether anybody reads or not', async (_what, reason, outcome, told) => {
    const { read, receipts, ending } = open();
    const iterator = read(endless());
    await iterator.next();
    ending.abort(reason);
    expect(receipts).toMatchObject([{ outcome, code: reason.code }]);
    await iterator.return?.();
    expect(receipts).toHaveLength(1);

    const unread = open();
    unread.read(endless());
    unread.ending.abort(reason);
    expect(unread.receipts).toMatchObject([{ outcome }]);

    const breaking = open();
    const reading = breaking.read(
      (async function* (): AsyncGenerator<ChunkBatch> {
        yield { chunks: ['a'] };
        breaking.ending.abort(reason);
        throw new Error('whatever the abort broke');
      })(),
    );
    const { text, failure } = await readAll(reading);
    expect([text, failure]).toEqual([`<a>${told}`, reason]);
    expect(breaking.receipts).toMatchObject([{ outcome, code: reason.code }]);
  });

  it('settles a call that was over before it began', () => {
    const { read, receipts, ending } = open();
    ending.abort(late);
    read(given('a'));
    expect(receipts).toMatchObject([{ outcome: 'timeout_total' }]);
  });

  it('stops its source when its reader stops', async () => {
    let stopped = false;
    const { read } = open();
    const iterator = read(
      (async function* () {
        try {
          yield* endless();
        } finally {
          stopped = true;
        }
      })(),
    );
    await iterator.next();
    await iterator.return?.();
    await new Promise(setImmediate);
    expect(stopped).toBe(true);
  });

  it('notes the first byte when there is one', async () => {
    const { read, receipts } = open();
    await readAll(read(given('silent', 'a')));
    expect(receipts[0]?.firstByteMs).toBeGreaterThan(0);
    const silent = open();
    await readAll(silent.read(given(new Error('x'))));
    expect(silent.receipts[0]?.firstByteMs).toBeUndefined();
  });
});
