import type { Socket } from 'node:net';
import type { RelayEnd } from '@ai-proxy/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mount } from '../src/index.ts';
import { openRaw, readEnd } from './support/raw-client.ts';
import { serve, serveRaw } from './support/servers.ts';
import { until } from './support/signals.ts';

type Fault = 'none' | 'reset' | 'end' | 'caller leaves';

/** Answers with the id in the path, once for each event, and fails where the path says so. */
function play(socket: Socket, head: string): void {
  const [, id = '', count = '0', fault = 'none'] = /^GET \/(\w+)\/(\d+)\/([\w%]+) /.exec(head) ?? [];
  socket.write('HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n');
  for (let event = 0; event < Number(count); event += 1) {
    const data = `data: ${id}\n\n`;
    socket.write(`${data.length.toString(16)}\r\n${data}\r\n`);
  }
  if (fault === 'reset') setImmediate(() => socket.resetAndDestroy());
  else if (fault === 'end') socket.end();
  else if (fault === 'none') socket.end('0\r\n\r\n');
}

const exchange = fc.record({
  events: fc.integer({ min: 0, max: 20 }),
  fault: fc.constantFrom<Fault>('none', 'reset', 'end', 'caller leaves'),
});

test('whatever breaks: nobody gets a clean end that was none, or a byte of another, and every exchange is settled once', async () => {
  const upstream = await serveRaw(play);
  const ends = new Map<string, RelayEnd[]>();
  const proxy = await serve(
    mount(async (request) => ({
      status: 200,
      headers: {},
      body: {
        kind: 'relay',
        url: new URL(upstream.url + request.target),
        method: 'GET',
        headers: {},
        signal: request.signal,
        clocks: { connect: 0, firstByte: 0, idle: 0 },
        responseHeaders: () => ({ 'content-type': 'text/event-stream' }),
        settle: (end) => void ends.set(request.target, [...(ends.get(request.target) ?? []), end]),
        failure: () => ({ status: 502, headers: {}, body: '' }),
      },
    })),
  );
  let round = 0;

  await fc.assert(
    fc.asyncProperty(fc.array(exchange, { minLength: 1, maxLength: 20 }), async (exchanges) => {
      await Promise.all(
        exchanges.map(async ({ events, fault }) => {
          const id = `call${round++}`;
          const target = `/${id}/${events}/${encodeURIComponent(fault)}`;
          const caller = openRaw(proxy.port, `GET ${target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`);
          if (fault === 'caller leaves') {
            await until(() => caller.text().includes('\r\n\r\n'));
            caller.socket.destroy();
          }
          const text = await caller.closed;
          await until(() => ends.has(target));
          expect(ends.get(target)).toHaveLength(1);
          expect(ends.get(target)?.[0]?.kind).toBe(fault === 'none' ? 'complete' : 'broken');
          if (fault === 'caller leaves') return;

          const { head, body, isWhole } = readEnd(text);
          if (head.startsWith('HTTP/1.1 502')) return;
          const whole = `data: ${id}\n\n`.repeat(events);
          expect(isWhole).toBe(fault === 'none');
          expect(whole.startsWith(body)).toBe(true);
          if (fault !== 'reset') expect(body).toBe(whole);
        }),
      );
    }),
    { numRuns: 25 },
  );
  await until(() => [...upstream.sockets, ...proxy.sockets].every((socket) => socket.destroyed));
});
