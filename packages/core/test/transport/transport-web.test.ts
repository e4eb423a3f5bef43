import { getEventListeners } from 'node:events';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ProxyError } from '../../src/errors/proxy-error.ts';
import type { TransportRequest } from '../../src/transport/transport.ts';
import { createTransport } from '../../src/transport/transport-web.ts';
import { startUpstream } from '../fixtures/http-upstream.ts';
import { trackTimers } from '../fixtures/timers.ts';

const transport = createTransport({ connectTimeout: 0, held: 262_144 });
const gone = new ProxyError('The caller left.', { status: 499, code: 'caller_left', source: 'caller' });

function ask(url: string, overrides: Partial<TransportRequest> = {}): TransportRequest {
  return {
    url: new URL(url),
    method: 'GET',
    headers: {},
    signal: new AbortController().signal,
    clocks: { firstByte: 0, idle: 0 },
    ...overrides,
  };
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const piece of body) text += Buffer.from(piece).toString();
  return text;
}

describe('the transport by fetch', () => {
  it.each([
    ['text', 'héllo'],
    ['bytes', new TextEncoder().encode('héllo')],
    [
      'a stream',
      (async function* () {
        yield new TextEncoder().encode('hé');
        yield new TextEncoder().encode('llo');
      })(),
    ],
  ])('sends %s and gives what comes', async (_what, body) => {
    const timersArmed = trackTimers();
    const upstream = await startUpstream((request, response) => void response.writeHead(201, { 'x-answer': 'yes' }).end(request.body));
    const { signal } = new AbortController();
    const response = await transport.send(ask(upstream.url, { method: 'POST', body, signal, clocks: { firstByte: 60_000, idle: 60_000 } }));
    expect([response.status, response.headers['x-answer'], await textOf(response.body)]).toEqual([201, 'yes', 'héllo']);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(timersArmed()).toBe(0);
  });

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('names no coding that fetch has undone: %s', async (coding, compress) => {
    const bytes = compress('héllo');
    const upstream = await startUpstream((_request, response) => {
      response.writeHead(200, { 'content-encoding': coding, 'content-length': bytes.length, 'x-answer': 'yes' }).end(bytes);
    });
    const response = await transport.send(ask(upstream.url));
    expect(response.headers).toMatchObject({ 'x-answer': 'yes' });
    expect(Object.keys(response.headers)).not.toContain('content-encoding');
    expect(Object.keys(response.headers)).not.toContain('content-length');
    expect(await textOf(response.body)).toBe('héllo');
  });

  it('leaves a coding named that fetch does not know', async () => {
    const upstream = await startUpstream(
      (_request, response) => void response.writeHead(200, { 'content-encoding': 'rot13' }).end('uryyb'),
    );
    const response = await transport.send(ask(upstream.url));
    expect([response.headers['content-encoding'], await textOf(response.body)]).toEqual(['rot13', 'uryyb']);
  });

  it('follows no redirect', async () => {
    const elsewhere = await startUpstream((_request, response) => void response.end());
    const upstream = await startUpstream((_request, response) => void response.writeHead(307, { location: elsewhere.url }).end());
    expect((await transport.send(ask(upstream.url))).status).toBe(307);
    expect(elsewhere.requests).toEqual([]);
  });

  it('names what broke', async () => {
    await expect(transport.send(ask('http://127.0.0.1:1'))).rejects.toMatchObject({ code: 'upstream_connect' });
    const upstream = await startUpstream((request, response) => {
      response.write('half', () => setTimeout(() => request.socket.resetAndDestroy(), 20));
    });
    await expect(textOf((await transport.send(ask(upstream.url))).body)).rejects.toMatchObject({ code: 'upstream_reset' });
  });

  it('names the clock that ran out', async () => {
    const silent = await startUpstream(() => {});
    await expect(transport.send(ask(silent.url, { clocks: { firstByte: 30, idle: 0 } }))).rejects.toMatchObject({
      code: 'timeout_first_byte',
    });
    expect(await (await silent.request(0)).closed).toBe(false);
    const halting = await startUpstream((_request, response) => void response.write('half'));
    const { body } = await transport.send(ask(halting.url, { clocks: { firstByte: 60_000, idle: 30 } }));
    await expect(textOf(body)).rejects.toMatchObject({ code: 'timeout_idle' });
    expect(await (await halting.request(0)).closed).toBe(false);
  });

  it('ends with its caller in every phase', async () => {
    await expect(transport.send(ask('http://127.0.0.1:1', { signal: AbortSignal.abort(gone) }))).rejects.toBe(gone);
    const silent = await startUpstream(() => {});
    const first = new AbortController();
    const sent = transport.send(ask(silent.url, { signal: first.signal }));
    const seen = await silent.request(0);
    first.abort(gone);
    await expect(sent).rejects.toBe(gone);
    expect(await seen.closed).toBe(false);

    const halting = await startUpstream((_request, response) => void response.write('half'));
    const second = new AbortController();
    const { body } = await transport.send(ask(halting.url, { signal: second.signal }));
    const reading = textOf(body);
    setImmediate(() => second.abort(gone));
    await expect(reading).rejects.toBe(gone);
    expect(await (await halting.request(0)).closed).toBe(false);
  });

  it('stops the provider when its reader stops', async () => {
    const upstream = await startUpstream((_request, response) => void response.write('half'));
    for await (const piece of (await transport.send(ask(upstream.url))).body) {
      expect(Buffer.from(piece).toString()).toBe('half');
      break;
    }
    expect(await (await upstream.request(0)).closed).toBe(false);
  });
});
