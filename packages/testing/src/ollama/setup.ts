import type { OllamaStore } from './store.ts';

/** How the simulated server was started and what it has. */
export interface OllamaSetup {
  readonly store: OllamaStore;
  /** The key it asks for; none where it runs as a local server. */
  readonly apiKey: string | undefined;
  /** Whether it may use the cloud for models that run there. */
  readonly signedIn: boolean;
  readonly signinUrl: string;
  /** Origins beside the usual ones. */
  readonly origins: readonly string[];
  readonly version: string;
  /** Where tool calls stand in a stream: all in one line, a line for each, or in the last line. */
  readonly toolCalls: 'one-line' | 'lines' | 'done-line';
  /** `call_` and eight characters, or 32 letters and digits; `none` leaves out the index too, `none-index-zero` gives every call index 0. */
  readonly toolCallIds: 'template' | 'native' | 'none' | 'none-index-zero';
  /** Older servers say of a missing model in inference routes what newer ones say in `/api/embeddings` alone. */
  readonly old: boolean;
  /** The context that a model gets where neither request nor Modelfile says. */
  readonly contextLength: number;
  /** Unix time in seconds. */
  readonly now: () => number;
}
