import type { GgufDialect } from './errors.ts';

/** How the simulated server was started: its flags, so to say. */
export interface GgufSetup {
  readonly dialect: GgufDialect;
  /** The one model; whatever a request names, this one answers. */
  readonly model: string;
  readonly apiKeys: readonly string[];
  /** `--embeddings`: without it these routes answer 501. */
  readonly embeddings: boolean;
  /** `--mmproj`: without it an image is a 500. */
  readonly multimodal: boolean;
  /** `--jinja`: without it tools are a 500. */
  readonly jinja: boolean;
  /** `--parallel`: the greatest `n`. */
  readonly slots: number;
  readonly contextLength: number;
  /** `mistral` asks for turns of user and assistant and for tool-call ids of nine characters, as the templates in such files do. */
  readonly template: 'plain' | 'mistral';
  /** Whether the model thinks before it answers. */
  readonly reasoning: boolean;
  readonly dimension: number;
  /** Unix time in seconds. */
  readonly now: () => number;
}
