import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { until } from './signals.ts';

/** A caller that speaks bytes. */
export interface RawClient {
  readonly socket: Socket;
  /** What has arrived so far. */
  text(): string;
  received(part: string): Promise<void>;
  /** Everything, once the server has closed the connection. */
  readonly closed: Promise<string>;
}

export function openRaw(port: number, request: string, options: { readonly halfOpen?: boolean } = {}): RawClient {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: options.halfOpen ?? false });
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString('latin1')));
  socket.on('error', () => {});
  socket.write(request);
  onTestFinished(() => void socket.destroy());
  return {
    socket,
    text: () => text,
    received: (part) => until(() => text.includes(part)),
    closed: new Promise((resolve) => socket.once('close', () => resolve(text))),
  };
}

/** How an HTTP/1.1 answer ended on the wire. */
export function readEnd(answer: string): { readonly head: string; readonly body: string; readonly isWhole: boolean } {
  const split = answer.indexOf('\r\n\r\n');
  const head = answer.slice(0, split);
  const rest = answer.slice(split + 4);
  const length = /^content-length: (\d+)$/im.exec(head)?.[1];
  if (length !== undefined) return { head, body: rest, isWhole: rest.length === Number(length) };
  let body = '';
  let at = 0;
  for (;;) {
    const lineEnd = rest.indexOf('\r\n', at);
    if (lineEnd === -1) return { head, body, isWhole: false };
    const size = Number.parseInt(rest.slice(at, lineEnd), 16);
    if (size === 0) return { head, body, isWhole: rest.slice(lineEnd) === '\r\n\r\n' };
    body += rest.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
  }
}
