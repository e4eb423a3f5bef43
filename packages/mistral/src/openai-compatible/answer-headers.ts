import { headerValue } from '@ai-proxy/core';
import type { HttpHeaders } from '@ai-proxy/core';

/** What callers get of the server's headers: rate limits, the id of the request, how long to wait. */
export function compatibleAnswerHeaders(headers: HttpHeaders): Record<string, string> {
  const result: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    if (!name.startsWith('x-ratelimit-') && name !== 'x-request-id' && name !== 'retry-after') continue;
    const value = headerValue(headers, name);
    if (value !== undefined) result[name] = value;
  }
  return result;
}
