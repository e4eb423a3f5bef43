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
  let arrived: Buffer[] = [];
  let ended = false;
  let wake: (() => void) | undefined;
  socket.on('data', (bytes) => {
    arrived.push(bytes);
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
      const reader = createMessageReader('request');
      const taken: Buffer[] = [];
      for (;;) {
        const fresh = arrived;
        arrived = [];
        for (const piece of fresh) reader.push(piece);
        taken.push(...fresh);
        const { state } = reader;
        if (state.phase === 'complete') {
          const all = Buffer.concat(taken);
          // What came behind it is the next request's.
          if (state.rest.length > 0) arrived.unshift(Buffer.from(state.rest));
          return {
            connection,
            bytes: all.subarray(0, all.length - state.rest.length),
            start: state.start,
            headers: state.headers,
            body: Uint8Array.from(state.body),
          };
        }
        if (ended && arrived.length === 0) return undefined;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
