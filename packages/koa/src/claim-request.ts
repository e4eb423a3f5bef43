import type { Context } from 'koa';

/**
 * Keeps from a request what Koa does to every one by itself, as long as the proxy has it. The result gives it back, for a request that is not ours.
 *
 * Koa reports an error of the caller's connection as one of the application's, with its stack. Here that error is a caller who left: the receipt tells of
 * it, and it is nobody's mistake. Every other error is still reported.
 *
 * Koa answers when the first middleware is done, and one that does not wait for the proxy (a timeout) may be done in the middle of a stream. Until an
 * answer of ours has begun, Koa's goes out; from there on it would end up in ours, and give it an end that it did not have.
 */
export function claimRequest(ctx: Context): () => void {
  const { onerror } = ctx;
  const onerrorButDeparture: Context['onerror'] = (error) => {
    // Koa asks with nothing at all after each answer, and a healthy connection has no error either.
    if (error instanceof Error && error === ctx.req.socket.errored) return;
    onerror.call(ctx, error);
  };
  let { respond } = ctx;
  Object.defineProperty(ctx, 'respond', {
    configurable: true,
    enumerable: true,
    get: () => (ctx.headerSent ? false : respond),
    set: (value: boolean | undefined) => {
      respond = value;
    },
  });
  Object.assign(ctx, { onerror: onerrorButDeparture });

  return () => {
    Object.defineProperty(ctx, 'respond', { configurable: true, enumerable: true, writable: true, value: respond });
    Object.assign(ctx, { onerror });
  };
}
