import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { addedPieces } from '../faults/change-events.ts';
import type { ErrorDialect } from '../faults/delivery-order.ts';
import type { EventEncoding } from '../faults/encode-events.ts';
import type { AnyFault } from '../faults/fault.ts';
import { planDelivery } from '../faults/plan-delivery.ts';
import { parseJson } from '../json/json-object.ts';
import type { Answer, Truth } from './answer.ts';
import { json } from './answer.ts';
import { createBehaviours } from './behaviour.ts';
import type { Behaviour } from './behaviour.ts';
import { carryOut } from './carry-out.ts';
import { openRecord } from './recorded-request.ts';
import type { OpenRecord, RecordedRequest } from './recorded-request.ts';
import { createRequestLog } from './request-log.ts';
import type { Serve, Served } from './served-request.ts';

/** What every simulator can be told. */
export interface SimulatorOptions {
  /** Default 0: any free port. It always listens on 127.0.0.1. */
  readonly port?: number;
  /** How it answers, for all models. */
  readonly behaviour?: Behaviour;
  /** How it answers for single models, in place of `behaviour`. */
  readonly behaviours?: Readonly<Record<string, Behaviour>>;
  /** How many requests are kept in `requests`. Default 1000. */
  readonly requestLimit?: number;
  /** The largest body that is taken, in bytes; larger ones get 413. Default 64 MiB. */
  readonly bodyLimit?: number;
}

/** A simulated server that is listening. */
export interface Simulator {
  readonly port: number;
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  /** The requests it got, oldest first; the newest `requestLimit` of them. */
  readonly requests: readonly RecordedRequest[];
  /** Settles with the request of that index, counted from 0, once its body has come whole. */
  request(index: number): Promise<RecordedRequest>;
  /** Forgets the requests so far; their indices are not given again. */
  clear(): void;
  /** Replaces the behaviour for one model, or for all that have none of their own; `{}` restores the defaults. */
  behave(behaviour: Behaviour, model?: string): void;
  /** Connections that are open. */
  connections(): Promise<number>;
  /** Stops listening and destroys what is open. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What makes one simulator different from another. */
export interface SimulatorCharacter {
  readonly serve: Serve;
  readonly dialect: ErrorDialect;
  readonly encoding: EventEncoding;
  /** Headers of every answer, asked once an answer. */
  headers(index: number): Record<string, string | readonly string[]>;
  /** Body of the 413. */
  readonly tooLarge: unknown;
}

/** Starts a server that answers by `character`, records what it gets and breaks what it is told to break. */
export async function startSimulator(options: SimulatorOptions, character: SimulatorCharacter): Promise<Simulator> {
  const log = createRequestLog(options.requestLimit ?? 1000);
  const behaviours = createBehaviours(options.behaviour ?? {}, options.behaviours ?? {});
  const closing = new AbortController();
  let nextIndex = 0;
  let origin = '';

  const server = createServer({ requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 60_000, noDelay: true }, (req, res) => {
    const record = openRecord({
      index: nextIndex++,
      method: req.method ?? '',
      path: req.url ?? '/',
      headers: req.headers,
      rawHeaders: [...req.rawHeaders],
    });
    log.add(record);
    const over = new AbortController();
    res.once('finish', () => record.finish('answered'));
    res.once('close', () => {
      record.finish(closing.signal.aborted ? 'closed-by-server' : 'closed-by-peer');
      over.abort();
    });
    // A reset while the body is coming shows here as well; the record already says so.
    req.on('error', () => undefined);
    res.on('error', () => undefined);
    void answer(req, res, record, over.signal);
  });

  const answer = async (req: IncomingMessage, res: ServerResponse, record: OpenRecord, over: AbortSignal): Promise<void> => {
    const whole = await readBody(req, record, options.bodyLimit ?? 64 * 1024 * 1024);
    if (whole === 'left') return;
    log.complete(record);
    const served = whole === 'too large' ? { answer: json(413, character.tooLarge), inference: false } : serve(record);
    const fault = behaviours.takeFault(served.model, served.inference, record);
    const behaviour = served.inference ? behaviours.of(served.model) : {};
    const shaped = { ...served.answer };
    if (shaped.truth !== undefined) record.truth = truthUnder(fault, shaped.truth, shaped);
    const steps = planDelivery({
      answer: shaped,
      behaviour,
      fault,
      dialect: character.dialect,
      encoding: character.encoding,
      headers: character.headers(record.index),
    });
    await carryOut(steps, res, record, over);
  };

  const serve = (record: OpenRecord): Served => {
    const [path = '/', query = ''] = record.path.split(/\?(.*)/su, 2);
    const mediaType = (record.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
    return character.serve({
      index: record.index,
      method: record.method,
      path,
      query: new URLSearchParams(query),
      headers: record.headers,
      mediaType,
      body: record.body,
      origin,
      chunks: (model) => behaviours.of(model).chunks,
    });
  };

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  origin = `http://127.0.0.1:${port}`;

  const close = async (): Promise<void> => {
    if (closing.signal.aborted) return;
    closing.abort();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  };

  return {
    port,
    url: origin,
    requests: log.requests,
    request: log.request,
    clear: log.clear,
    behave: behaviours.set,
    connections: () =>
      new Promise((resolve, reject) => server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)))),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function readBody(req: IncomingMessage, record: OpenRecord, limit: number): Promise<'whole' | 'too large' | 'left'> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const piece of req as AsyncIterable<Uint8Array>) {
      size += piece.length;
      if (size <= limit) pieces.push(piece);
    }
  } catch {
    record.body = Buffer.concat(pieces);
    return 'left';
  }
  record.body = Buffer.concat(pieces);
  record.json = parseJson(record.body)?.value;
  return size > limit ? 'too large' : 'whole';
}

/** A fault that changes what is said changes what a caller must see. */
function truthUnder(fault: AnyFault | undefined, truth: Truth, answer: Answer): Truth {
  if (fault?.name === 'noCounts') return { ...truth, promptTokens: 0, completionTokens: 0 };
  const added = answer.kind === 'stream' ? addedPieces(fault).join('') : '';
  if (added === '') return truth;
  const [first = '', ...rest] = truth.texts;
  return { ...truth, texts: [first + added, ...rest] };
}
