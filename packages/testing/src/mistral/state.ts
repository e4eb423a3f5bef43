import { createHash } from 'node:crypto';
import type { JsonObject } from '@ai-proxy/core';
import type { SimulatedModel } from './models.ts';

/** A file that was uploaded, or made by a batch. */
export interface StoredFile {
  readonly entry: JsonObject;
  readonly bytes: Uint8Array;
}

/** A batch job; its status moves on each time it is looked at. */
export interface StoredJob {
  entry: JsonObject;
  readonly requests: readonly { readonly customId: string | null; readonly body: JsonObject }[];
}

/** A library, and the documents in it. */
export interface StoredLibrary {
  entry: JsonObject;
  readonly documents: Map<string, JsonObject>;
}

/** A voice that was made from a sample. */
export interface StoredVoice {
  readonly entry: JsonObject;
  readonly sample: string;
}

/** What a simulator remembers. */
export interface MistralState {
  readonly models: readonly SimulatedModel[];
  /** Names of fine-tuned models that were deleted. */
  readonly deletedModels: Set<string>;
  readonly files: Map<string, StoredFile>;
  readonly fileBytesLimit: number;
  readonly jobs: Map<string, StoredJob>;
  readonly conversations: Map<string, JsonObject[]>;
  readonly agents: Map<string, JsonObject>;
  readonly libraries: Map<string, StoredLibrary>;
  readonly voices: Map<string, StoredVoice>;
  readonly tunings: Map<string, JsonObject>;
  readonly userAfterTool: boolean;
  /** Unix time in seconds. */
  readonly now: () => number;
}

/** Keeps a file; false where it would outgrow the bound. */
export function keepFile(state: MistralState, entry: JsonObject & { readonly id: string }, bytes: Uint8Array): JsonObject | undefined {
  const held = [...state.files.values()].reduce((sum, file) => sum + file.bytes.length, 0);
  if (held + bytes.length > state.fileBytesLimit) return undefined;
  const full: JsonObject = {
    object: 'file',
    bytes: bytes.length,
    created_at: state.now(),
    signature: createHash('md5').update(bytes).digest('hex'),
    ...entry,
  };
  state.files.set(entry.id, { entry: full, bytes });
  return full;
}

/** Keeps what a map holds within a bound; the oldest go first. */
export function keepNewest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}
