import type { HttpReply, HttpStream } from '@ai-proxy/core';

/** Figures are of the moment, and nobody else's. */
const noStore = { 'cache-control': 'no-store' };

export const json = (value: unknown, status = 200): HttpReply => ({
  status,
  headers: { 'content-type': 'application/json', ...noStore },
  body: JSON.stringify(value),
});

/** A file to be kept. */
export const attachment = (name: string, body: string | HttpStream): HttpReply => ({
  status: 200,
  headers: { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': `attachment; filename="${name}"`, ...noStore },
  body,
});
