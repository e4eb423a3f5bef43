import { Agent, createServer, request } from 'node:http';
import type { Server } from 'node:http';

/** The least that a proxy on Node can do: one request up for one request down, and a pipe each way. */
export function bare(upstream: URL): Server {
  const agent = new Agent({ keepAlive: true });
  return createServer((req, res) => {
    const { method, url: path } = req;
    const up = request(
      { agent, hostname: upstream.hostname, port: upstream.port, method, path, headers: { ...req.headers, host: upstream.host } },
      (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(res);
      },
    );
    up.on('error', () => res.destroy());
    req.pipe(up);
  });
}
