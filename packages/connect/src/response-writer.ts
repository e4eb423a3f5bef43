import type { ServerResponse } from 'node:http';
import { callerStalled } from './binding-errors.ts';
import { cut } from './cut.ts';
import type { Exchange } from './exchange.ts';
import { createWriteClock } from './write-clock.ts';

/** Puts bytes on a response with back-pressure: streams of ours and relayed ones go out by the same rules. */
export interface ResponseWriter {
  /** Writes one piece; false where the caller must take some first, and `resume` will be called. */
  write(chunk: string | Uint8Array): boolean;
  /** Whether bytes are waiting for the caller. */
  readonly isBlocked: boolean;
  /** The answer is whole. */
  end(): void;
  /** The answer broke: see {@link cut}. */
  cut(): void;
}

/** A response to which a compression middleware has added its own `flush`. */
interface Flushable extends ServerResponse {
  readonly flush?: () => void;
}

/** @param resume called whenever the caller has taken what was held for it. */
export function createResponseWriter(exchange: Exchange, writeTimeout: number, resume: () => void): ResponseWriter {
  const res: Flushable = exchange.res;
  const compresses = typeof res.flush === 'function';
  let blocked = false;
  const clock = createWriteClock(res, writeTimeout, () => {
    exchange.abort(callerStalled(writeTimeout));
    destroy(res);
  });
  // One listener for the whole response: compression middleware moves `drain` listeners to its own stream, where nobody could take them off again.
  res.on('drain', () => {
    if (!blocked) return;
    blocked = false;
    clock.pause();
    resume();
  });
  res.once('close', clock.stop);

  return {
    get isBlocked() {
      return blocked;
    },
    write(chunk) {
      const more = res.write(chunk);
      if (compresses) res.flush?.();
      if (more) return true;
      blocked = true;
      clock.start();
      return false;
    },
    end() {
      exchange.answered();
      res.end();
      clock.start();
    },
    cut() {
      exchange.answered();
      if (!res.headersSent) res.flushHeaders();
      cut(res);
      clock.start();
    },
  };
}

/** Drops the connection with everything that waits on it. */
function destroy(res: ServerResponse): void {
  if ('stream' in res) res.req.destroy();
  else res.destroy();
}
