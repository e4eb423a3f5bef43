import type { IncomingMessage, ServerResponse } from 'node:http';
import { aiProxy } from '@ai-proxy/connect';
import { ofServed } from './served.ts';

/** An API route of the Pages Router for whatever proxy is being served. */
export function mountedOnNode(prefix: string): (req: IncomingMessage, res: ServerResponse) => void {
  const current = ofServed((proxy, askCaller) =>
    aiProxy<IncomingMessage>(proxy, {
      prefix,
      ...(askCaller && { caller: (req) => askCaller((name) => req.headers[name]?.toString()) }),
    }),
  );
  return (req, res) => current()(req, res);
}
