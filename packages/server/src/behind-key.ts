import { keyAdmin } from '@ai-proxy/auth';
import type { Handler, KeyStore } from '@ai-proxy/core';

/** Lets only holders of keys through to a handler that asks for its caller. */
export function behindKey(handler: Handler, store: KeyStore): Handler {
  // Without a counter and a ledger it asks for nothing but the key.
  const usage = keyAdmin({ store });
  return async (request) =>
    handler({
      ...request,
      async caller() {
        const { headers, signal } = request;
        const reply = await usage({ method: 'GET', target: '/me/usage', headers, signal, body: { kind: 'none' } });
        return reply?.status === 200 ? { id: 'holder' } : undefined;
      },
    });
}
