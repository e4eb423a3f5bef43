import type { HttpHeaders } from '@ai-proxy/core';
import type { Grant } from '../grant.ts';

/** Another way in than by a key. Answers what its holder may do; nothing where the credential is not of its kind. A refusal is thrown. */
export type WayIn = (credential: string) => Promise<Grant | undefined>;

/** Asks the ways in one after the other. */
export type OtherWaysIn = (credential: string, headers: HttpHeaders) => Promise<Grant | undefined>;

/** Before the body of a request is read and after it the same is asked: a signature is not verified twice for the same headers. */
export function createOtherWaysIn(ways: readonly WayIn[]): OtherWaysIn {
  const found = new WeakMap<HttpHeaders, Grant>();
  return async (credential, headers) => {
    const before = found.get(headers);
    if (before) return before;
    for (const way of ways) {
      const grant = await way(credential);
      if (!grant) continue;
      found.set(headers, grant);
      return grant;
    }
    return undefined;
  };
}
