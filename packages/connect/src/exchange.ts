import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { callerLeft } from './binding-errors.ts';
import { http2Stream } from './node-http.ts';

/** One request of a caller and the response it waits for. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** Aborts when the caller leaves or is given up. */
  readonly signal: AbortSignal;
  /** Gives the caller up. */
  abort(reason: unknown): void;
  /** Says that the response is as whole as it will be: its closing is no departure any more. */
  answered(): void;
  /** Resolves when the response is closed: the network has taken its last byte, or the caller has left. */
  closed(): Promise<void>;
}

/**
 * Watches a response for its caller's departure. Only the response's own `close` counts: a caller who has closed its sending half still reads, and on
 * a server with `httpAllowHalfOpen` it gets its whole answer. (Without that switch Node itself ends such a connection.) A response that
 * something else ended, a timeout middleware say, counts as a departure as well: nobody is left to answer.
 */
export function openExchange(req: IncomingMessage, res: ServerResponse): Exchange {
  const controller = new AbortController();
  let isAnswered = false;
  let isOver = isClosed(res);
  let whenOver: (() => void) | undefined;
  const leave = (): void => {
    if (!isAnswered) controller.abort(callerLeft());
  };
  if (isOver) leave();
  else {
    const over = (): void => {
      isOver = true;
      leave();
      whenOver?.();
    };
    res.once('close', over);
    // Node 22 tells nothing to a pipelined response whose turn has not come when its connection closes.
    if (!('stream' in res) && res.socket === null) res.once('close', onceClosed(req.socket, over));
  }
  // A write that fails is followed by `close`; without a listener the error would end the process.
  res.on('error', leave);
  return {
    req,
    res,
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    answered: () => {
      isAnswered = true;
    },
    closed: () => (isOver ? Promise.resolve() : new Promise((resolve) => (whenOver = resolve))),
  };
}

function isClosed(res: ServerResponse): boolean {
  if ('stream' in res) return http2Stream(res)?.destroyed ?? true;
  return res.closed || res.destroyed || res.writableEnded || res.socket?.destroyed === true;
}

// One listener for each connection: a caller may pipeline more requests than Node lets listeners be without a warning.
const waiting = new WeakMap<Socket, Set<() => void>>();

/** Tells when a connection has closed, unless what is returned was called before. */
function onceClosed(socket: Socket, tell: () => void): () => void {
  let listeners = waiting.get(socket);
  if (listeners === undefined) {
    const all = new Set<() => void>();
    listeners = all;
    waiting.set(socket, all);
    socket.once('close', () => {
      for (const listener of all) listener();
    });
  }
  listeners.add(tell);
  return () => waiting.get(socket)?.delete(tell);
}
