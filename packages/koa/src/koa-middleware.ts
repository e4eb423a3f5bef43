import type { Serve } from '@ai-proxy/connect';
import type { Context, Middleware } from 'koa';
import { claimRequest } from './claim-request.ts';

/** What a parser keeps of a body, on Koa's request or, where it is told so, on Node's. */
interface ParsedRequest {
  readonly body?: unknown;
}

/** Nobody has read the answer; nginx has made this status a custom, and Koa's own body parser uses it. */
const callerLeft = 499;

/**
 * Serving, in the form of Koa's middleware. Its promise settles when the answer has ended, so that what stands above measures the whole of it; an error
 * that is no answer rejects it.
 */
export function toKoaMiddleware(serve: Serve<Context>): Middleware {
  return async (ctx, next) => {
    const release = claimRequest(ctx);
    let isHandedOn = false;
    let failure: unknown;
    await serve(ctx.req, ctx.res, { context: ctx, body: keptBody(ctx), originalUrl: ctx.originalUrl }, (error) => {
      isHandedOn = true;
      failure = error;
    });
    if (isHandedOn) {
      release();
      if (failure !== undefined) throw failure as Error;
      await next();
      return;
    }
    ctx.respond = false;
    if (!ctx.headerSent) ctx.status = callerLeft;
  };
}

function keptBody({ req, request }: Context): unknown {
  const onKoa: ParsedRequest = request as ParsedRequest;
  const onNode: ParsedRequest = req as ParsedRequest;
  return onKoa.body ?? onNode.body;
}
