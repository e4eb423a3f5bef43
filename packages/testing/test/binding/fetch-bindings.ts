import { createProxy } from '@ai-proxy/core';
import type { CallerAnswer, FetchDoorInit, Proxy } from '@ai-proxy/core';
import type { BindingUnderTest } from '../../src/index.ts';

/** How one request is answered by a proxy; what a binding is, where there is no server. */
export type Answering = (proxy: Proxy, request: Request, init: FetchDoorInit) => Promise<Response>;

/** What a function of `fetch` cannot do. */
export const lacksOfFetch: NonNullable<BindingUnderTest['lacks']> = {
  sockets: 'there is no server',
  'write-clock': 'there is no server',
  'handing-on': 'there is no application',
  'application-routes': 'there is no application',
  'application-headers': 'there is no application',
  'application-errors': 'there is no application',
};

/** A binding without a server, that answers in this way. */
export function fetchBinding(name: string, answer: Answering): BindingUnderTest {
  return {
    name,
    async start(options, { askCaller }) {
      const proxy = createProxy(options);
      return {
        url: 'http://proxy.example/ai',
        secondUrl: 'http://proxy.example/second',
        fetch(request) {
          const prefix = new URL(request.url).pathname.startsWith('/second/') ? '/second' : '/ai';
          const caller = (): CallerAnswer | Promise<CallerAnswer> => askCaller?.((header) => request.headers.get(header) ?? undefined);
          return answer(proxy, request, { prefix, keepAlive: proxy.writing.keepAlive, ...(askCaller && { caller }) });
        },
        close: () => proxy.close({ grace: 0 }),
      };
    },
    lacks: lacksOfFetch,
  };
}

/** Does everything as it should. */
export const sound: Answering = (proxy, request, init) => proxy.fetch(request, init);
