import { createProxy } from '@ai-proxy/core';
import type { BindingUnderTest } from '@ai-proxy/testing';

const noServer = 'there is no server: a function answers a Request by a Response';
const noApplication = 'there is no application around a function';

/** `proxy.fetch`, as frameworks of `Request` and `Response` call it. */
export const fetchDoor: BindingUnderTest = {
  name: 'the fetch door',
  async start(options, { askCaller }) {
    const proxy = createProxy(options);
    return {
      url: 'http://proxy.example/ai',
      secondUrl: 'http://proxy.example/second',
      fetch: (request) =>
        proxy.fetch(request, {
          prefix: new URL(request.url).pathname.startsWith('/second/') ? '/second' : '/ai',
          keepAlive: proxy.writing.keepAlive,
          ...(askCaller && { caller: () => askCaller((name) => request.headers.get(name) ?? undefined) }),
        }),
      close: () => proxy.close({ grace: 0 }),
    };
  },
  lacks: {
    sockets: noServer,
    'write-clock': noServer,
    'handing-on': noApplication,
    'application-routes': noApplication,
    'application-headers': noApplication,
    'application-errors': noApplication,
  },
};
