import { environmentVariable, ProxyError } from '@ai-proxy/core';
import { defaultBaseURL, parseOllamaHost, withoutTrailingSlashes } from './ollama-host.ts';

/**
 * The URL before the paths of requests: its own path is kept, but for a trailing `/api` or `/v1`, with which every path begins or which is another
 * API of the same server. Throws a `TypeError` where the text is no such URL.
 */
export function toBaseURL(text: unknown): string {
  const where = 'ollama(): `baseURL`';
  if (typeof text !== 'string' || !URL.canParse(text)) throw new TypeError(`${where} must be an absolute URL such as ${defaultBaseURL}`);
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new TypeError(`${where} must begin with http:// or https://`);
  if (url.username !== '' || url.password !== '')
    throw new TypeError(`${where} must not hold a user or password; give the key as \`apiKey\``);
  if (url.search !== '' || url.hash !== '') throw new TypeError(`${where} must not have a query or a fragment`);
  const path = withoutTrailingSlashes(url.pathname);
  return url.origin + withoutTrailingSlashes(path.replace(/\/(?:api|v1)$/, ''));
}

/** What `OLLAMA_HOST` says now. */
export function baseURLFromEnvironment(): string {
  const given = environmentVariable('OLLAMA_HOST');
  if (given === undefined) return defaultBaseURL;
  try {
    return parseOllamaHost(given);
  } catch (error) {
    const message = error instanceof Error ? error.message : 'OLLAMA_HOST cannot be read';
    throw new ProxyError(message, { status: 500, code: 'not_configured', cause: error });
  }
}

/** Whether an address is the hosted service, which is the only one that the key of the environment is meant for. */
export function isHostedService(baseURL: string): boolean {
  const { protocol, hostname } = new URL(baseURL);
  return protocol === 'https:' && (hostname === 'ollama.com' || hostname.endsWith('.ollama.com'));
}
