import type { EventEncoding } from '../faults/encode-events.ts';
import { startSimulator } from '../server/simulator.ts';
import type { Simulator, SimulatorOptions } from '../server/simulator.ts';
import { ggufTroubles, llamaError } from './errors.ts';
import type { GgufDialect } from './errors.ts';
import { serveLlama } from './llama-routes.ts';
import { servePython } from './python-routes.ts';
import type { GgufSetup } from './setup.ts';

export interface GgufSimulatorOptions extends SimulatorOptions {
  /** Which server is simulated. Default `llama-server`. */
  readonly dialect?: GgufDialect;
  /** Keys that it takes; none are asked for by default. */
  readonly apiKey?: string | readonly string[];
  /** The one model. Default `Ministral-3-8B-Instruct-2512-Q4_K_M.gguf`. */
  readonly model?: string;
  /** How many requests find the model still loading (503) before it is ready. Default 0. */
  readonly loadingRequests?: number;
  /** `--embeddings`. Default true. */
  readonly embeddings?: boolean;
  /** `--mmproj`. Default false: images are a 500. */
  readonly multimodal?: boolean;
  /** `--jinja`. Default true. */
  readonly jinja?: boolean;
  /** `--parallel`. Default 4. */
  readonly slots?: number;
  /** Default 32768. */
  readonly contextLength?: number;
  /** `mistral`: the template asks for turns in order and for ids of nine characters, else 500. Default `plain`. */
  readonly template?: 'plain' | 'mistral';
  /** Whether the model thinks. Default false. */
  readonly reasoning?: boolean;
  /** Length of embedding vectors. Default 256. */
  readonly dimension?: number;
  /** A keep-alive comment before every so many events. Default 0 (none) for llama-server, 3 for llama-cpp-python, whose comments end in CRLF. */
  readonly pingEvery?: number;
  /** Unix time in seconds, for the dates in answers. Default the real time. */
  readonly now?: () => number;
}

/** A simulated server for GGUF files. */
export interface GgufSimulator extends Simulator {
  /** The name of its one model. */
  readonly model: string;
}

/**
 * Starts a server on 127.0.0.1 that answers as llama-server does, or as llama-cpp-python's server does. What it says is a function of what it was
 * asked. Every answer carries `x-ai-proxy-simulated: gguf`.
 */
export async function startGgufSimulator(options: GgufSimulatorOptions = {}): Promise<GgufSimulator> {
  const dialect = options.dialect ?? 'llama-server';
  const setup: GgufSetup = {
    dialect,
    model: options.model ?? 'Ministral-3-8B-Instruct-2512-Q4_K_M.gguf',
    apiKeys: typeof options.apiKey === 'string' ? [options.apiKey] : (options.apiKey ?? []),
    embeddings: options.embeddings ?? true,
    multimodal: options.multimodal ?? false,
    jinja: options.jinja ?? true,
    slots: options.slots ?? 4,
    contextLength: options.contextLength ?? 32_768,
    template: options.template ?? 'plain',
    reasoning: options.reasoning ?? false,
    dimension: options.dimension ?? 256,
    now: options.now ?? (() => Math.floor(Date.now() / 1000)),
  };
  const serve = dialect === 'llama-server' ? serveLlama : servePython;
  let loading = options.loadingRequests ?? 0;
  const simulator = await startSimulator(options, {
    serve(request) {
      if (loading <= 0) return serve(request, setup);
      loading--;
      return { answer: llamaError(503, 'Loading model'), inference: false };
    },
    dialect: ggufTroubles(dialect),
    encoding: pings(dialect, options.pingEvery),
    headers: () => ({ ...(dialect === 'llama-server' ? { server: 'llama.cpp' } : { server: 'uvicorn' }), 'x-ai-proxy-simulated': 'gguf' }),
    tooLarge: { error: { code: 413, message: 'Payload Too Large', type: 'invalid_request_error' } },
  });
  return Object.assign(simulator, { model: setup.model });
}

function pings(dialect: GgufDialect, every: number | undefined): EventEncoding {
  if (dialect === 'llama-server') return { ping: { every: every ?? 0, text: ':\n\n' } };
  // These comments end in CRLF while the data lines end in LF.
  return { ping: { every: every ?? 3, text: ': ping - 2026-01-02 03:04:05.678901+00:00\r\n\r\n' } };
}
