import { startSimulator } from '../server/simulator.ts';
import type { Simulator, SimulatorOptions } from '../server/simulator.ts';
import { ollamaTroubles } from './errors.ts';
import { ollamaModels, registryModels } from './models.ts';
import type { OllamaModel } from './models.ts';
import { serveOllama } from './routes.ts';
import type { OllamaSetup } from './setup.ts';
import { createOllamaStore } from './store.ts';

export interface OllamaSimulatorOptions extends SimulatorOptions {
  /** The models it has. By default one of every kind: see `ollamaModels`. */
  readonly models?: readonly OllamaModel[];
  /** What can be pulled beside those it has from the start. Default two small models. */
  readonly registry?: readonly OllamaModel[];
  /** Asks for this key as ollama.com does: without it 401 with `signin_url`. None is asked for by default. */
  readonly apiKey?: string;
  /** Whether models that run in the cloud answer; else they are 401. Default true. */
  readonly signedIn?: boolean;
  /** Origins that are let in beside loopback and desktop apps; `*` for all. None by default. */
  readonly origins?: readonly string[];
  /** What `/api/version` says. Default `0.12.6`, or `0.3.14` when old. */
  readonly version?: string;
  /**
   * Behaves as servers of 2024 did: tool calls have neither id nor index (`zero-index`: every index 0), and a missing model is to be pulled
   * first. Default false.
   */
  readonly old?: boolean | 'zero-index';
  /** Where tool calls stand in a stream: all in one line (default), a line for each, or in the `done:true` line. */
  readonly toolCalls?: 'one-line' | 'lines' | 'done-line';
  /** `call_` and eight characters, as models with a template get them (default), or 32 letters and digits. */
  readonly toolCallIds?: 'template' | 'native';
  /** The context of a model where neither request nor Modelfile says `num_ctx`. Default 4096. */
  readonly contextLength?: number;
  /** Unix time in seconds, for the dates in answers and for how long models stay loaded. Default the real time. */
  readonly now?: () => number;
}

/** A simulated Ollama. */
export interface OllamaSimulator extends Simulator {
  /** The key that it asks for; empty where it asks for none. */
  readonly apiKey: string;
}

/**
 * Starts a server on 127.0.0.1 that answers as Ollama does: as strict about hosts, bodies and options, the same lines, the same errors. What it says
 * is a function of what it was asked. Its store of models is real, in memory; it has no `/v1` routes. Every answer carries
 * `x-ai-proxy-simulated: ollama`.
 */
export async function startOllamaSimulator(options: OllamaSimulatorOptions = {}): Promise<OllamaSimulator> {
  const setup = toSetup(options);
  const simulator = await startSimulator(options, {
    serve: (request) => serveOllama(request, setup),
    dialect: ollamaTroubles,
    encoding: { framing: 'ndjson' },
    headers: () => ({ 'x-ai-proxy-simulated': 'ollama' }),
    tooLarge: { error: 'http: request body too large' },
  });
  return Object.assign(simulator, { apiKey: options.apiKey ?? '' });
}

function toSetup(options: OllamaSimulatorOptions): OllamaSetup {
  const now = options.now ?? (() => Date.now() / 1000);
  const old = options.old ?? false;
  const oldIds = old === 'zero-index' ? 'none-index-zero' : 'none';
  return {
    store: createOllamaStore(options.models ?? ollamaModels, options.registry ?? registryModels, now),
    apiKey: options.apiKey,
    signedIn: options.signedIn ?? true,
    signinUrl: 'https://ollama.com/connect?name=simulator&key=c2ltdWxhdGVk',
    origins: options.origins ?? [],
    version: options.version ?? (old === false ? '0.12.6' : '0.3.14'),
    toolCalls: options.toolCalls ?? 'one-line',
    toolCallIds: old === false ? (options.toolCallIds ?? 'template') : oldIds,
    old: old !== false,
    contextLength: options.contextLength ?? 4096,
    now,
  };
}
