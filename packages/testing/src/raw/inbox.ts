import type { Socket } from 'node:net';
import { createMessageReader } from './message-reader.ts';

/** One request as it came over the wire. */
export interface ScriptedRequest {
  readonly connection: number;
  /** Head and body, byte for byte. */
  readonly bytes: Uint8Array;
  /** The first line. */
  readonly start: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Without the chunked coding. */
  readonly body: Uint8Array;
}

/** Takes whole requests from a socket, one after the other. */
export function createInbox(socket: Socket): { next(connection: number): Promise<ScriptedRequest | undefined> } {
  let held: Buffer = Buffer.alloc(0);
  let ended = false;
  let wake: (() => void) | undefined;
  socket.on('data', (bytes) => {
    held = Buffer.concat([held, bytes]);
    wake?.();
  });
  const finish = (): void => {
    ended = true;
    wake?.();
  };
  socket.on('end', finish);
  socket.on('close', finish);
  return {
    async next(connection) {
      for (;;) {
        const reader = createMessageReader('request');
        const state = reader.push(held);
        if (state.phase === 'complete') {
          const bytes = Buffer.from(held.subarray(0, held.length - state.rest.length));
          held = Buffer.from(state.rest);
          return { connection, bytes, start: state.start, headers: state.headers, body: Uint8Array.from(state.body) };
        }
        if (ended) return undefined;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
