import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import OpenAI from 'openai';

/** What a server answers everything with. */
export interface ServedAnswer {
  readonly status?: number;
  readonly contentType: string;
  /** Written one by one. */
  readonly pieces: readonly (string | Uint8Array)[];
}

/** A real server that gives one answer at a time, the real client before it, and what the client asked. */
export interface AnswerServer {
  answer: ServedAnswer;
  readonly client: OpenAI;
  readonly asked: { method: string | undefined; url: string | undefined; body: string }[];
  close(): Promise<void>;
}

/** Starts the server on a free port. */
export async function serveAnswers(): Promise<AnswerServer> {
  const asked: AnswerServer['asked'] = [];
  const state: { answer: ServedAnswer } = { answer: { contentType: 'application/json', pieces: ['{}'] } };
  const server = createServer((req, res) => {
    void (async () => {
      asked.push({ method: req.method, url: req.url, body: await readText(req) });
      res.writeHead(state.answer.status ?? 200, { 'content-type': state.answer.contentType });
      for (const piece of state.answer.pieces) {
        res.write(piece);
        // Lets the piece leave by itself, so that the client sees the cuts.
        await new Promise((resolve) => setImmediate(resolve));
      }
      res.end();
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    get answer() {
      return state.answer;
    },
    set answer(answer) {
      state.answer = answer;
    },
    client: new OpenAI({ baseURL: `http://127.0.0.1:${address.port}/v1`, apiKey: 'sk-test', maxRetries: 0 }),
    asked,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function readText(req: IncomingMessage): Promise<string> {
  let text = '';
  req.setEncoding('utf8');
  for await (const piece of req) text += String(piece);
  return text;
}
