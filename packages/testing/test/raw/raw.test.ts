import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerHead, chunk, eventStreamScript, sendRaw, startScriptedUpstream } from '../../src/index.ts';
import { createMessageReader } from '../../src/raw/message-reader.ts';

const plain = (body: string, more: Record<string, string> = {}): string =>
  answerHead(200, { 'content-length': String(body.length), ...more }) + body;

describe('the raw caller at the scripted upstream', () => {
  it('calls an answer complete by its length, and keeps what comes behind it', async () => {
    await using upstream = await startScriptedUpstream([['write', plain('hello')], ['extra', 'HTTP/1.1 200 OK\r\n\r\npoison'], ['end']]);
    const verdict = await sendRaw({ port: upstream.port, body: 'question', lingerMs: 30 });
    expect(verdict).toMatchObject({ status: 200, text: 'hello', ending: 'complete' });
    expect(Buffer.from(verdict.extra).toString()).toBe('HTTP/1.1 200 OK\r\n\r\npoison');
    expect(Buffer.from(upstream.ledger(0)?.extra ?? []).toString()).toContain('poison');
    expect(Buffer.from(upstream.requests[0]?.body ?? []).toString()).toBe('question');
  });

  it('takes the chunked coding off by itself, in slices of one byte', async () => {
    await using upstream = await startScriptedUpstream([['slice', 1, 0], ...eventStreamScript(['data: a\n\n', 'data: é\n\n'])]);
    expect(await sendRaw({ port: upstream.port })).toMatchObject({ text: 'data: a\n\ndata: é\n\n', ending: 'complete' });
  });

  it.each([
    ['a reset', [['write', answerHead(200, { 'transfer-encoding': 'chunked' })], ['write', chunk('part')], ['reset']] as const],
    [
      'an end without the last chunk',
      [['write', answerHead(200, { 'transfer-encoding': 'chunked' })], ['write', chunk('part')], ['end']] as const,
    ],
    ['an end before the promised length', [['write', answerHead(200, { 'content-length': '9' })], ['write', 'part'], ['end']] as const],
  ])('calls %s a cut, and keeps what came before it', async (_, script) => {
    await using upstream = await startScriptedUpstream(script);
    expect(await sendRaw({ port: upstream.port })).toMatchObject({ status: 200, text: 'part', ending: 'cut' });
    expect((await upstream.closed(0)).closedBy).toBe('script');
  });

  it('calls an answer without framing complete at its end', async () => {
    await using upstream = await startScriptedUpstream([['write', `${answerHead(200, {})}all`], ['end']]);
    expect(await sendRaw({ port: upstream.port })).toMatchObject({ text: 'all', ending: 'complete' });
  });

  it('calls silence hung', async () => {
    await using upstream = await startScriptedUpstream([['write', answerHead(200, { 'content-length': '9' })], ['hang']]);
    expect(await sendRaw({ port: upstream.port, timeoutMs: 50 })).toMatchObject({ status: 200, ending: 'hung' });
  });

  it('reports a refused connection as a cut without a status', async () => {
    const upstream = await startScriptedUpstream([]);
    await upstream.close();
    expect(await sendRaw({ port: upstream.port })).toMatchObject({ status: 0, ending: 'cut' });
  });

  it('waits at a barrier until it is released', async () => {
    await using upstream = await startScriptedUpstream([
      ['waitFor', 'go'],
      ['write', plain('late')],
    ]);
    const verdict = sendRaw({ port: upstream.port });
    const request = await upstream.request(0);
    expect(request.start).toBe('GET / HTTP/1.1');
    expect(upstream.ledger(0)).toMatchObject({ writesBeforeClose: 0 });
    upstream.release('go');
    expect((await verdict).text).toBe('late');
    expect(upstream.ledger(0)).toMatchObject({ writesBeforeClose: 1 });
  });

  it('tells what was written before and after the peer had closed', async () => {
    await using upstream = await startScriptedUpstream([
      ['write', answerHead(200, { 'transfer-encoding': 'chunked' })],
      ['write', chunk('one')],
      ['waitFor', 'gone'],
      ['write', chunk('two')],
      ['reset'],
    ]);
    const verdict = await sendRaw({ port: upstream.port, leave: { bodyBytes: 3 } });
    expect(verdict).toMatchObject({ text: 'one', ending: 'left' });
    const ledger = await upstream.closed(0);
    expect(ledger).toMatchObject({ writesBeforeClose: 2, writesAfterClose: 0, closedBy: 'peer-end' });
    upstream.release('gone');
    await expect.poll(() => upstream.ledger(0)?.writesAfterClose).toBe(1);
    expect(Buffer.from(ledger.bytes).toString()).not.toContain('two');
  });

  it('tells a reset from an end', async () => {
    await using upstream = await startScriptedUpstream([['hang']]);
    const verdict = await sendRaw({ port: upstream.port, leave: upstream.request(0), leaveBy: 'reset' });
    expect(verdict.ending).toBe('left');
    expect((await upstream.closed(0)).closedBy).toBe('peer-reset');
  });

  it('leaves in the middle of its upload', async () => {
    await using upstream = await startScriptedUpstream([['write', plain('never')]]);
    expect(await sendRaw({ port: upstream.port, body: 'x'.repeat(1000), leave: 'mid-upload' })).toMatchObject({
      status: 0,
      ending: 'left',
    });
    await upstream.closed(0);
    expect(upstream.requests).toHaveLength(0);
  });

  it('answers several requests on one connection, and chooses by the request', async () => {
    await using upstream = await startScriptedUpstream((_, request) => [
      ['write', plain(Buffer.from(request).includes('/one') ? '1' : '2')],
    ]);
    const raw = ['/one', '/two'].map((path) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`).join('');
    const verdict = await sendRaw({ port: upstream.port, raw, lingerMs: 50 });
    expect(verdict.text).toBe('1');
    expect(Buffer.from(verdict.extra).toString()).toMatch(/\r\n\r\n2$/u);
    expect(upstream.connections).toBe(1);
  });

  it('holds a script up while the peer does not read, and the peer gets a beginning of the ledger', async () => {
    const block = Buffer.alloc(256 * 1024, 'y');
    await using upstream = await startScriptedUpstream([
      ['write', answerHead(200, { 'transfer-encoding': 'chunked' })],
      ...Array.from({ length: 200 }, () => ['write', chunk(block)] as const),
      ['write', chunk('')],
    ]);
    const received: Buffer[] = [];
    const pause = { afterBytes: 1, until: new Promise(() => undefined) };
    const verdict = await sendRaw({ port: upstream.port, pause, timeoutMs: 300, onBytes: (bytes) => received.push(Buffer.from(bytes)) });
    expect(verdict.ending).toBe('hung');
    const ledger = await upstream.closed(0);
    expect(ledger.bytesBeforeClose).toBeLessThan(200 * block.length);
    const got = Buffer.concat(received);
    expect(got.equals(Buffer.from(ledger.bytes).subarray(0, got.length))).toBe(true);
  });

  it('can begin before a request has come', async () => {
    await using upstream = await startScriptedUpstream([['write', plain('early')], ['end']], { readFirst: false });
    expect(await sendRaw({ port: upstream.port })).toMatchObject({ text: 'early', ending: 'complete' });
  });

  it('pauses until it is told to go on, and reads slowly, without losing a byte', async () => {
    const body = 'x'.repeat(200_000);
    await using upstream = await startScriptedUpstream([['write', plain(body)]]);
    const paused = Promise.withResolvers<void>();
    let seen = 0;
    const verdict = sendRaw({
      port: upstream.port,
      pause: { afterBytes: 1000, until: paused.promise },
      onBytes: (bytes) => {
        seen += bytes.length;
        if (seen >= 1000) setTimeout(paused.resolve, 5);
      },
    });
    expect((await verdict).body).toHaveLength(body.length);
    expect((await sendRaw({ port: upstream.port, slow: { bytes: 50_000, everyMs: 1 } })).body).toHaveLength(body.length);
  });

  it('sends headers in the order and spelling given', async () => {
    await using upstream = await startScriptedUpstream([['write', plain('')]]);
    await sendRaw({
      port: upstream.port,
      headers: [
        ['X-B', '1'],
        ['x-a', '2'],
        ['X-B', '3'],
      ],
    });
    expect(upstream.requests[0]?.headers.slice(-3)).toEqual([
      ['X-B', '1'],
      ['x-a', '2'],
      ['X-B', '3'],
    ]);
  });
});

describe('the reader of messages', () => {
  const message = Buffer.concat([
    Buffer.from('HTTP/1.1 103 Early\r\nlink: x\r\n\r\n'),
    Buffer.from(answerHead(200, { 'transfer-encoding': 'chunked' })),
    Buffer.from(chunk('é\r\n0\r\n\r\n')),
    Buffer.from(chunk('end')),
    Buffer.from('0\r\ntrailer: 1\r\n\r\nrest'),
  ]);

  it('reads the same from any slices', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: message.length - 1 }), { maxLength: 8 }), (cuts) => {
        const reader = createMessageReader('response');
        const places = [0, ...[...new Set(cuts)].toSorted((a, b) => a - b), message.length];
        places.slice(1).forEach((to, index) => reader.push(message.subarray(places[index], to)));
        expect(reader.state.phase).toBe('complete');
        expect(Buffer.from(reader.state.body).toString()).toBe('é\r\n0\r\n\r\nend');
        expect(Buffer.from(reader.state.rest).toString()).toBe('rest');
      }),
    );
  });

  it('is not complete one byte earlier', () => {
    const whole = message.subarray(0, message.length - 4);
    for (let end = 0; end < whole.length; end++) {
      const reader = createMessageReader('response');
      reader.push(whole.subarray(0, end));
      expect(reader.state.phase).not.toBe('complete');
    }
  });

  it('knows a size that is none', () => {
    const reader = createMessageReader('response');
    expect(reader.push(Buffer.from(`${answerHead(200, { 'transfer-encoding': 'chunked' })}zz\r\n`)).phase).toBe('malformed');
  });
});
