import { headerValue } from '@ai-proxy/core';
import type { HttpHeaders } from '@ai-proxy/core';

const openAINames: readonly (readonly [openAI: string, mistral: string])[] = [
  ['x-ratelimit-limit-requests', 'x-ratelimit-limit-req-minute'],
  ['x-ratelimit-remaining-requests', 'x-ratelimit-remaining-req-minute'],
  ['x-ratelimit-limit-tokens', 'x-ratelimit-limit-tokens-minute'],
  ['x-ratelimit-remaining-tokens', 'x-ratelimit-remaining-tokens-minute'],
];

/**
 * What callers of the OpenAI face get of Mistral's headers: rate limits under Mistral's names and OpenAI's, the id of the request and
 * how long to wait. Nothing else comes down: not cookies, not what the network in front of Mistral says about itself.
 */
export function mistralAnswerHeaders(headers: HttpHeaders): Record<string, string> {
  const result: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    if (!isRateLimit(name)) continue;
    const value = headerValue(headers, name);
    if (value !== undefined) result[name] = value;
  }
  for (const [openAI, mistral] of openAINames) {
    const value = headerValue(headers, mistral);
    if (value !== undefined && result[openAI] === undefined) result[openAI] = value;
  }
  const requestId = headerValue(headers, 'mistral-correlation-id') ?? headerValue(headers, 'x-kong-request-id');
  if (requestId !== undefined) result['x-request-id'] = requestId;
  const retryAfter = headerValue(headers, 'retry-after');
  if (retryAfter !== undefined) result['retry-after'] = retryAfter;
  return result;
}

// The second and third are what older deployments send.
function isRateLimit(name: string): boolean {
  return name.startsWith('x-ratelimit-') || name.startsWith('x-ratelimitbysize-') || name.startsWith('ratelimitbysize-');
}
