import type { Exchange } from './exchange.ts';

// Long enough for an answer to arrive at a caller who is still sending; a caller who goes on after that is cut.
const grace = 5_000;

/**
 * An answer that comes before the upload is over (413, 401, a refusal from upstream) would never be read, were the connection closed on the
 * caller's bytes: TCP answers those with a reset, which discards what the caller has not read yet. So the rest is read and thrown away, for a while.
 */
export function drainUnreadBody(exchange: Exchange): void {
  const { req, res } = exchange;
  // HTTP/2 resets one stream and leaves the others alone.
  if (req.complete || 'stream' in req) return;
  res.once('finish', () => {
    if (req.complete || req.destroyed) return;
    req.unpipe();
    req.resume();
    const timer = setTimeout(() => req.destroy(), grace).unref();
    req.once('close', () => clearTimeout(timer));
  });
}
