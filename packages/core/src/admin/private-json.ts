import type { HttpReply } from '../http/reply.ts';

/** An answer of administration: keys and figures are for whoever asked, and nobody on the way keeps them. */
export const privateJson = (value: unknown, status = 200): HttpReply => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify(value),
});
