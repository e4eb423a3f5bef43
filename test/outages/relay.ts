import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

/** What becomes of the bytes that pass: they go on, go on later, or are swallowed, as by a router that has forgotten the connection. */
export type Passing = 'pass' | 'swallow' | { readonly delay: number };

/** A way to a server on which everything can be delayed or lost. */
export interface Relay {
  readonly port: number;
  /** For what passes from now on. Connections that have swallowed something are dead for ever; new ones are not. */
  set(passing: Passing): void;
  close(): Promise<void>;
}

export async function startRelay(port: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  let passing: Passing = 'pass';

  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    let isDead = false;
    const carry = (from: Socket, to: Socket): void => {
      /** When what came last goes on: nothing overtakes it. */
      let lastAt = 0;
      sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (bytes) => {
        if (passing === 'swallow') isDead = true;
        if (isDead) return;
        const wait = Math.max(typeof passing === 'object' ? passing.delay : 0, lastAt - performance.now());
        if (wait <= 0) {
          to.write(bytes);
          return;
        }
        lastAt = performance.now() + wait;
        setTimeout(() => to.write(bytes), wait);
      });
      // A connection that nobody hears of any more does not even end.
      from.on('end', () => isDead || to.end());
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        if (!isDead || from === near) to.destroy();
      });
    };
    carry(near, far);
    carry(far, near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();

  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    set: (next) => void (passing = next),
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
