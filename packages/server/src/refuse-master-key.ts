import { hashKey } from '@ai-proxy/auth';
import type { WayIn } from '@ai-proxy/auth';
import { ProxyError } from '@ai-proxy/core';

/** The master key calls no model: whoever sends it in the place of a virtual key is told so, before any store is asked for it. */
export function refuseMasterKey(masterKey: string): WayIn {
  let digest: string | undefined;
  return async (credential) => {
    digest ??= await hashKey(masterKey);
    // Digests tell nothing of how much of a guess was right.
    if ((await hashKey(credential)) !== digest) return undefined;
    throw new ProxyError(
      'This is the master key: it makes keys, and calls no model. Make a virtual key with POST /key/generate or "ai-proxy keys create", and send that.',
      { status: 401, code: 'key_unknown', source: 'caller' },
    );
  };
}
