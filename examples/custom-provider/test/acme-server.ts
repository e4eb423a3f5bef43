import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What a caller of this Acme sent. */
export interface AcmeRequest {
  readonly path: string;
  readonly key: string | undefined;
  readonly body: Record<string, unknown>;
}

/** A server that answers as Acme does. */
export interface AcmeServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: AcmeRequest[];
}

export const engines = { engines: [{ engine: 'anvil-2' }, { engine: 'rocket-1' }] };
const made = 1_767_225_600_500;
const meter = { read: 3, written: 4 };

/** A whole answer. */
export const reply = { ref: 'talk-1', made, reply: { words: 'Beep, and gone. 🌵' }, why: 'finished', meter };

/** The events of the same answer, each as bytes. */
export const events: readonly string[] = [
  { event: 'begun', data: { ref: 'talk-1', made } },
  { event: 'words', data: { words: 'Beep, ' } },
  { event: 'words', data: { words: 'and gone. 🌵' } },
  { event: 'ended', data: { why: 'finished', meter } },
].map(({ event, data }) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);

/** Starts a server that takes the key `acme-secret`. Its engine `busy` is always busy, and `broken` gets into trouble in the middle of a stream. */
export async function startAcme(): Promise<AcmeServer> {
  const requests: AcmeRequest[] = [];
  const server = createServer((req, res) => {
    void text(req).then((body) => {
      const header = req.headers['acme-key'];
      const request = {
        path: req.url ?? '',
        key: typeof header === 'string' ? header : undefined,
        body: body === '' ? {} : (JSON.parse(body) as Record<string, unknown>),
      };
      requests.push(request);
      answer(request, res);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer({ path, key, body }: AcmeRequest, res: ServerResponse): void {
  const json = (status: number, value: object): void =>
    void res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  if (key !== 'acme-secret') return json(401, { problem: { text: 'This key opens nothing.', kind: 'bad key' } });
  if (path === '/engines') return json(200, engines);
  if (path !== '/talk') return json(404, { problem: { text: `There is no ${path}.`, kind: 'no such place' } });
  if (body['engine'] === 'busy') return json(420, { problem: { text: 'The anvil is in the air.', kind: 'busy' } });
  if (typeof body['heat'] === 'number' && body['heat'] > 1) {
    return json(400, { problem: { text: 'The heat is at most 1.', kind: 'too hot', field: 'heat' } });
  }
  if (body['live'] !== true) return json(200, reply);
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  const trouble = 'event: trouble\ndata: {"problem":{"text":"The rope has torn.","kind":"torn"}}\n\n';
  for (const event of body['engine'] === 'broken' ? [...events.slice(0, 2), trouble] : events) res.write(event);
  res.end();
}
