import type { HttpReply, HttpStream } from '@ai-proxy/core';

/** A file to be kept; its figures are of the moment, and nobody else's. */
export const attachment = (name: string, body: string | HttpStream): HttpReply => ({
  status: 200,
  headers: {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="${name}"`,
    'cache-control': 'no-store',
  },
  body,
});
