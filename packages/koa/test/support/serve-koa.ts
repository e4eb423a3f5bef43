import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type Koa from 'koa';
import { expect, onTestFinished, vi } from 'vitest';

/** A Koa application on a free port, gone when the test is over. */
export interface ServedKoa {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  /** Every connection it has accepted. */
  readonly sockets: readonly Socket[];
  /** What Koa has reported as an error of the application. */
  readonly reported: readonly unknown[];
}

export async function serveKoa(app: Koa): Promise<ServedKoa> {
  const reported: unknown[] = [];
  const { emit } = app;
  // Looked at without a listener: with one, Koa would not print by itself.
  vi.spyOn(app, 'emit').mockImplementation((...event) => {
    if (event[0] === 'error') reported.push(event[1]);
    return emit.apply(app, event);
  });
  const sockets: Socket[] = [];
  const answer = app.callback();
  const server = createServer((req, res) => void answer(req, res));
  server.on('connection', (socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, server, sockets, reported };
}

/** Watches what a process prints of its errors; the result says that nothing was. */
export function watchSilence(): () => void {
  const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown): void => void rejections.push(reason);
  process.on('unhandledRejection', onRejection);
  onTestFinished(() => {
    process.off('unhandledRejection', onRejection);
    printed.mockRestore();
  });
  return () => {
    expect(printed.mock.calls).toEqual([]);
    expect(rejections).toEqual([]);
  };
}
