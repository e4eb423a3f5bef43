import type { ProxyError } from '@ai-proxy/core';

/** A whole answer in text. */
export interface TextReply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** An error as OpenAI's API words it, for what is answered before any face is known. */
export function toErrorReply(error: ProxyError): TextReply {
  const headers: Record<string, string> = {
    'content-type': 'application/json; charset=utf-8',
    'x-ai-proxy-error-source': error.source,
  };
  if (error.retryAfter !== undefined) headers['retry-after'] = String(Math.ceil(error.retryAfter / 1000));
  const { message, type, param, code } = error;
  return { status: error.status, headers, body: JSON.stringify({ error: { message, type, param, code } }) };
}
