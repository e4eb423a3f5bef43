import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { chatBodyShape } from './chat-body.ts';
import { serveMeasured } from './serve-measured.ts';
import { modelListing, streamEvents, wholeAnswer } from './upstream-answers.ts';
import { upstreamKey } from './upstream-key.ts';

// Mistral, as far as the rows need it. It refuses what has lost something on the way, so that a proxy cannot gain by leaving things out.
const server = createServer((req, res) => {
  if (req.headers.authorization !== `Bearer ${upstreamKey}`) return refuse(res, 401, 'the key has not arrived');
  if (req.method === 'GET' && req.url === '/v1/models') return answer(res, modelListing);
  if (req.method !== 'POST' || req.url !== '/v1/chat/completions') return refuse(res, 404, `nothing is served at ${req.method} ${req.url}`);
  readBody(req, (text) => {
    const body = readChatBody(text);
    if (body === undefined) refuse(res, 400, 'the body has not arrived whole');
    else if (body.stream) stream(res);
    else answer(res, wholeAnswer);
  });
});

function readBody(req: IncomingMessage, done: (text: string) => void): void {
  const pieces: Buffer[] = [];
  req.on('data', (piece: Buffer) => pieces.push(piece));
  req.on('end', () => done(Buffer.concat(pieces).toString()));
}

function readChatBody(text: string): { readonly stream: boolean } | undefined {
  try {
    const body = JSON.parse(text) as { model?: unknown; stream?: unknown; messages?: unknown[]; tools?: unknown[] };
    const isWhole =
      /^(?:mistral\/)?mistral-small-latest$/.test(String(body.model)) &&
      body.messages?.length === chatBodyShape.messages &&
      body.tools?.length === chatBodyShape.tools;
    return isWhole ? { stream: body.stream === true } : undefined;
  } catch {
    return undefined;
  }
}

function answer(res: ServerResponse, body: string): void {
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  res.end(body);
}

/**
 * Each event a millisecond after the one before. Events that follow each other within turns of the event loop arrive together as soon as their reader
 * is behind, by two or by fifty, and a proxy would have the less to do the slower it is.
 */
function stream(res: ServerResponse): void {
  res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  let next = 0;
  const write = (): void => {
    const event = streamEvents[next];
    next += 1;
    if (event === undefined || res.destroyed) {
      res.end();
      return;
    }
    res.write(event);
    setTimeout(write, 1);
  };
  write();
}

function refuse(res: ServerResponse, status: number, message: string): void {
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify({ object: 'error', message, type: 'bench', param: null, code: null }));
}

serveMeasured(server);
