import { aiProxy } from '@ai-proxy/next';
import type { RouteHandlers } from '@ai-proxy/next';
import { ofServed } from './served.ts';

/** Route handlers of whatever proxy is being served. */
export function mounted(): RouteHandlers {
  const current = ofServed((proxy, askCaller) =>
    aiProxy(proxy, askCaller && { caller: (request) => askCaller((name) => request.headers.get(name) ?? undefined) }),
  );
  return {
    GET: (request, context) => current().GET(request, context),
    HEAD: (request, context) => current().HEAD(request, context),
    POST: (request, context) => current().POST(request, context),
    PUT: (request, context) => current().PUT(request, context),
    PATCH: (request, context) => current().PATCH(request, context),
    DELETE: (request, context) => current().DELETE(request, context),
    OPTIONS: (request, context) => current().OPTIONS(request, context),
  };
}
