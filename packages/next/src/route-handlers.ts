import type { FetchDoor, FetchDoorInit } from '@ai-proxy/core';
import { caughtTarget } from './caught-target.ts';
import type { RouteParams } from './caught-target.ts';
import type { MountSettings } from './mount-options.ts';

/** What Next.js gives to a route handler beside the request; a promise since Next.js 15. */
export interface RouteContext {
  readonly params?: Promise<RouteParams> | RouteParams;
}

/** A route handler of the App Router. */
export type RouteHandler = (request: Request, context?: RouteContext) => Promise<Response>;

/** A route handler for every method: what a `route.ts` exports. */
export interface RouteHandlers {
  readonly GET: RouteHandler;
  readonly HEAD: RouteHandler;
  readonly POST: RouteHandler;
  readonly PUT: RouteHandler;
  readonly PATCH: RouteHandler;
  readonly DELETE: RouteHandler;
  readonly OPTIONS: RouteHandler;
}

/** Puts what answers web requests behind the route handlers of one route. */
export function toRouteHandlers(door: FetchDoor, settings: MountSettings): RouteHandlers {
  const { prefix, caller, writing } = settings;

  const handle: RouteHandler = async (request, context) => {
    const init: FetchDoorInit = {
      ...(prefix === undefined ? await targetOf(request, context) : { prefix }),
      ...(caller === undefined ? {} : { caller: () => caller(request) }),
      keepAlive: writing.keepAlive,
      writeTimeout: writing.timeout,
      breakWith: toCut,
    };
    try {
      return await door(request, init);
    } catch (error) {
      // Nobody reads this answer; a rejection would be logged as an error of the application.
      if (request.signal.aborted) return new Response(null, { status: 499 });
      throw error;
    }
  };
  return { GET: handle, HEAD: handle, POST: handle, PUT: handle, PATCH: handle, DELETE: handle, OPTIONS: handle };
}

/** Where there is no context, the handler was called by the application itself: the path is taken as it is. */
async function targetOf({ url }: Request, context: RouteContext | undefined): Promise<Pick<FetchDoorInit, 'target'>> {
  return context === undefined ? {} : { target: caughtTarget(url, (await context.params) ?? {}) };
}

/** Next.js cuts the connection whatever a body breaks with; by this name it does not log a stack of its own beside the warning of the proxy. */
function toCut(cause: unknown): Error {
  return Object.assign(new Error('The answer broke off; its receipt says why.', { cause }), { name: 'AbortError' });
}
