import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { chatBodyShape, ollamaChatBody } from './chat-body.ts';
import { ollamaLines } from './ollama-answers.ts';
import { serveMeasured } from './serve-measured.ts';
import { modelListing, streamEvents, wholeAnswer } from './upstream-answers.ts';
import { upstreamKey } from './upstream-key.ts';

// Mistral and Ollama, as far as the rows need them. They refuse what has lost something on the way, so that a proxy cannot gain by leaving things out.
const server = createServer((req, res) => (req.url?.startsWith('/api/') ? serveOllama(req, res) : serveMistral(req, res)));

function serveMistral(req: IncomingMessage, res: ServerResponse): void {
  if (req.headers.authorization !== `Bearer ${upstreamKey}`) return refuse(res, 401, 'the key has not arrived');
  if (req.method === 'GET' && req.url === '/v1/models') return answer(res, modelListing);
  if (req.method !== 'POST' || req.url !== '/v1/chat/completions') return refuse(res, 404, `nothing is served at ${req.method} ${req.url}`);
  readBody(req, (text) => {
    const body = readChatBody(text);
    if (body === undefined) refuse(res, 400, 'the body has not arrived whole');
    else if (body.stream) stream(res, 'text/event-stream; charset=utf-8', streamEvents);
    else answer(res, wholeAnswer);
  });
}

/** Asks for no key, as an Ollama of one's own does. */
function serveOllama(req: IncomingMessage, res: ServerResponse): void {
  if (req.method !== 'POST' || req.url !== '/api/chat') return refuse(res, 404, `nothing is served at ${req.method} ${req.url}`);
  readBody(req, (text) => {
    if (isOllamaChatBody(text)) stream(res, 'application/x-ndjson', ollamaLines);
    else refuse(res, 400, 'the body has not arrived whole');
  });
}

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

function isOllamaChatBody(text: string): boolean {
  try {
    const body = JSON.parse(text) as Readonly<Record<string, unknown>>;
    return Object.entries(ollamaChatBody).every(([field, value]) => isDeepStrictEqual(body[field], value));
  } catch {
    return false;
  }
}

function answer(res: ServerResponse, body: string): void {
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  res.end(body);
}

/**
 * Each event or line a millisecond after the one before. Those that follow each other within turns of the event loop arrive together as soon as their reader
 * is behind, by two or by fifty, and a proxy would have the less to do the slower it is.
 */
function stream(res: ServerResponse, contentType: string, pieces: readonly string[]): void {
  res.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-cache' });
  let next = 0;
  const write = (): void => {
    const piece = pieces[next];
    next += 1;
    if (piece === undefined || res.destroyed) {
      res.end();
      return;
    }
    res.write(piece);
    setTimeout(write, 1);
  };
  write();
}

function refuse(res: ServerResponse, status: number, message: string): void {
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify({ object: 'error', message, error: message, type: 'bench', param: null, code: null }));
}

serveMeasured(server);
