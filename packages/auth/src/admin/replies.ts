import type { HttpReply } from '@ai-proxy/core';

/** Keys are in these answers: nobody on the way keeps them. */
export const json = (value: unknown, status = 200): HttpReply => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify(value),
});
