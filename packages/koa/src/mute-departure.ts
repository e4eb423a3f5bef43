import type { Context } from 'koa';

/**
 * Koa reports an error of the caller's connection as one of the application's, with its stack. Where the request is ours, that error is a caller who
 * left: the receipt tells of it, and it is nobody's mistake. Every other error is still reported. The result puts Koa's own reporting back.
 */
export function muteDeparture(ctx: Context): () => void {
  const { onerror } = ctx;
  const muted: Context['onerror'] = (error) => {
    // Koa asks with nothing at all after each answer, and a healthy connection has no error either.
    if (error instanceof Error && error === ctx.req.socket.errored) return;
    onerror.call(ctx, error);
  };
  Object.assign(ctx, { onerror: muted });
  return () => void Object.assign(ctx, { onerror });
}
