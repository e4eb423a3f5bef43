import { createProxy } from '@ai-proxy/core';
import type { Proxy, ProxyOptions } from '@ai-proxy/core';
import type { AskCaller } from '@ai-proxy/testing';

/** What a test gives to the routes of this application, which Next.js has bundled apart from it: one process is all that they have in common. */
export interface Served {
  readonly options: ProxyOptions;
  readonly askCaller?: AskCaller | undefined;
  /** Made by the first route that is asked, of the packages as Next.js has bundled them. */
  proxy?: Proxy;
}

declare global {
  var servedByContractApp: Served | undefined;
}

/** Makes something of the proxy that is being served, once for each. */
export function ofServed<T>(make: (proxy: Proxy, askCaller: AskCaller | undefined) => T): () => T {
  let of: Served | undefined;
  let made: T;
  return () => {
    const served = globalThis.servedByContractApp;
    if (served === undefined) throw new Error('nothing is being served');
    if (of !== served) {
      of = served;
      made = make((served.proxy ??= createProxy(served.options)), served.askCaller);
    }
    return made;
  };
}
