import { request as openRequest } from 'node:http';
import type { BoundServer } from '@ai-proxy/testing';
import { Pool } from 'undici';
import type { Method } from './house-routes.ts';

/** Asks a server that is bound somehow. */
export interface Asker {
  /** Sends a request below the mount and reads its answer to the end. */
  ask(
    method: Method,
    path: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly text: string }>;
  /** Asks for a WebSocket; 101 where one was opened, which is closed at once. */
  upgrade(path: string, headers?: Readonly<Record<string, string>>): Promise<number>;
  close(): Promise<void>;
}

const body = JSON.stringify({
  model: 'mistral/mistral-small-latest',
  messages: [{ role: 'user', content: 'x' }],
  prompt: 'x',
  input: 'x',
  suffix: 'y',
});

const takesBody = (method: Method): boolean => method === 'POST' || method === 'PUT' || method === 'PATCH';

export function createAsker({ url, fetch }: BoundServer): Asker {
  const mount = new URL(url);
  const prefix = mount.pathname;
  const pool = fetch ? undefined : new Pool(mount.origin, { connections: 16, pipelining: 1 });
  return {
    async ask(method, path, headers = {}) {
      const all = { ...headers, ...(takesBody(method) ? { 'content-type': 'application/json' } : {}) };
      const sent = takesBody(method) ? { body } : {};
      if (pool) {
        const answer = await pool.request({ method, path: prefix + path, headers: all, ...sent });
        return { status: answer.statusCode, text: await answer.body.text() };
      }
      const answer = await fetch?.(new Request(url + path, { method, headers: all, ...sent }));
      if (!answer) throw new Error('nothing was answered');
      return { status: answer.status, text: await answer.text() };
    },
    upgrade: (path, headers = {}) =>
      new Promise((resolve, reject) => {
        const request = openRequest({
          hostname: mount.hostname,
          port: mount.port,
          path: prefix + path,
          headers: {
            ...headers,
            connection: 'Upgrade',
            upgrade: 'websocket',
            'sec-websocket-version': '13',
            'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
          },
        });
        request.once('upgrade', (_answer, socket) => {
          socket.destroy();
          resolve(101);
        });
        request.once('response', (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        });
        request.once('error', reject);
        request.end();
      }),
    close: async () => pool?.destroy(),
  };
}
