import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Proxy } from '@ai-proxy/core';
import type { BoundServer } from '@ai-proxy/testing';

/** Lets a server listen on a free port: the proxy is mounted at `/ai`, and unless told otherwise at `/second` as well. */
export async function serve(server: Server, proxy: Proxy, mounts: { readonly second: boolean } = { second: true }): Promise<BoundServer> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${origin}/ai`,
    ...(mounts.second ? { secondUrl: `${origin}/second` } : {}),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await proxy.close({ grace: 0 });
      await closed;
    },
  };
}
