import { once } from 'node:events';
import { createServer, setDefaultAutoSelectFamily } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dial } from '../../src/fetching/connect-node.ts';

/** A port on this machine; whoever connects to it is hung up on. */
async function listen(): Promise<number> {
  const server = createServer((socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe('a connection', () => {
  it.each([
    ['the address that was judged, and no other look-up is made', ['127.0.0.1']],
    ['the next one where one does not answer', ['127.0.0.9', '127.0.0.1']],
  ])('goes to %s', async (_what, addresses) => {
    // Nobody has this name: looked up, it would lead nowhere.
    const socket = dial('nobody.invalid', await listen(), addresses);
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    expect(socket.remoteAddress).toBe('127.0.0.1');
  });

  it('tries them all also where the process has switched that off', async () => {
    setDefaultAutoSelectFamily(false);
    onTestFinished(() => setDefaultAutoSelectFamily(true));
    const socket = dial('nobody.invalid', await listen(), ['127.0.0.9', '127.0.0.1']);
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    expect(socket.remoteAddress).toBe('127.0.0.1');
  });

  it('to an address goes there', async () => {
    const socket = dial('127.0.0.1', await listen(), ['127.0.0.1']);
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    expect(socket.remoteAddress).toBe('127.0.0.1');
  });
});
