import { startSimulator } from '../server/simulator.ts';
import type { Simulator, SimulatorOptions } from '../server/simulator.ts';
import { mistralHeaders, mistralTroubles } from './errors.ts';
import { simulatedModels } from './models.ts';
import type { SimulatedModel } from './models.ts';
import { serveMistral } from './routes.ts';
import type { MistralState } from './state.ts';

export interface MistralSimulatorOptions extends SimulatorOptions {
  /** The key that callers must present. Default `mistral-simulator-key`. */
  readonly apiKey?: string;
  /** The key for `/v1/admin/*`. None by default: these routes answer 403. */
  readonly adminKey?: string;
  /** What it serves. By default one model of every kind, each under several names. */
  readonly models?: readonly SimulatedModel[];
  /** `codestral` shows chat and FIM only, as the host of that name does. Default `api`. */
  readonly surface?: 'api' | 'codestral';
  /** Whether a user message may follow a tool's, as deployments since the middle of 2026 allow. Default false, which is the stricter. */
  readonly userAfterTool?: boolean;
  /** How many bytes of uploaded files are kept. Default 64 MiB; more get 413. */
  readonly fileBytesLimit?: number;
  /** Unix time in seconds, for the dates in answers. Default the real time. */
  readonly now?: () => number;
}

/** A simulated Mistral. */
export interface MistralSimulator extends Simulator {
  /** The key that it takes. */
  readonly apiKey: string;
}

/**
 * Starts a server on 127.0.0.1 that answers as Mistral's API does: as strict about requests, the same shapes, the same errors. What it says is
 * a function of what it was asked, so that tests can foretell it. Every answer carries `x-ai-proxy-simulated: mistral`.
 */
export async function startMistralSimulator(options: MistralSimulatorOptions = {}): Promise<MistralSimulator> {
  const apiKey = options.apiKey ?? 'mistral-simulator-key';
  const state: MistralState = {
    models: options.models ?? simulatedModels,
    deletedModels: new Set(),
    files: new Map(),
    fileBytesLimit: options.fileBytesLimit ?? 64 * 1024 * 1024,
    jobs: new Map(),
    conversations: new Map(),
    agents: new Map(),
    libraries: new Map(),
    voices: new Map(),
    tunings: new Map(),
    userAfterTool: options.userAfterTool ?? false,
    now: options.now ?? (() => Math.floor(Date.now() / 1000)),
  };
  const access = { apiKey, adminKey: options.adminKey, surface: options.surface ?? 'api' };
  const simulator = await startSimulator(options, {
    serve: (request) => serveMistral(request, state, access),
    dialect: mistralTroubles,
    encoding: {},
    headers: mistralHeaders,
    tooLarge: { detail: 'Request Entity Too Large' },
  });
  return Object.assign(simulator, { apiKey });
}
