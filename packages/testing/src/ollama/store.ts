import { hexId } from '../content/identifiers.ts';
import { fullName, parseModelName, shortName } from './model-name.ts';
import type { OllamaModel } from './models.ts';

/** A model in the store of a simulated Ollama. */
export interface StoredModel {
  readonly model: OllamaModel;
  /** As errors about capabilities show it. */
  readonly fullName: string;
  /** As listings show it. */
  readonly shortName: string;
  /** Hexadecimal digits without `sha256:`, as listings show it. */
  readonly digest: string;
  readonly size: number;
  /** Unix time in seconds. */
  readonly modifiedAt: number;
}

/** A model in memory. */
export interface LoadedModel {
  readonly stored: StoredModel;
  readonly contextLength: number;
  /** Unix time in seconds; without end where it stays for ever. */
  readonly expiresAt: number;
}

/** What a simulated Ollama has on its disk and in its memory. */
export interface OllamaStore {
  /** The model of that name, whatever its case; the tag may be left out. */
  find(name: string): StoredModel | undefined;
  list(): readonly StoredModel[];
  add(model: OllamaModel): StoredModel;
  remove(name: string): boolean;
  /** What a pull of that name would bring. */
  inRegistry(name: string): OllamaModel | undefined;
  /** Loads a model, or renews its stay. Answers whether it was there already. */
  load(stored: StoredModel, stay: number, contextLength: number): boolean;
  unload(stored: StoredModel): void;
  loaded(): readonly LoadedModel[];
  /** By digest with its prefix: `sha256:…`. */
  readonly blobs: Map<string, Uint8Array>;
}

export function createOllamaStore(models: readonly OllamaModel[], registry: readonly OllamaModel[], now: () => number): OllamaStore {
  const disk = new Map<string, StoredModel>();
  const memory = new Map<string, LoadedModel>();
  const available = new Map([...models, ...registry].map((model) => [keyOf(model.name), model]));
  // Whole seconds would make all models of one start equally old; listings show the newest first.
  let added = 0;

  const add = (model: OllamaModel): StoredModel => {
    const name = parseModelName(model.name);
    if (name === undefined) throw new TypeError(`${JSON.stringify(model.name)} is not a model name that Ollama takes`);
    const digest = hexId(`model ${JSON.stringify({ ...model, name: '' })}`, 64);
    const size = 1_000_000_000 + parseInt(digest.slice(0, 8), 16);
    const stored = { model, fullName: fullName(name), shortName: shortName(name), digest, size, modifiedAt: now() + added++ / 1000 };
    disk.set(keyOf(model.name), stored);
    return stored;
  };
  models.toReversed().forEach(add);

  return {
    find: (name) => disk.get(keyOf(name)),
    list: () => [...disk.values()].toSorted((a, b) => b.modifiedAt - a.modifiedAt),
    add,
    remove(name) {
      memory.delete(keyOf(name));
      return disk.delete(keyOf(name));
    },
    inRegistry: (name) => available.get(keyOf(name)),
    load(stored, stay, contextLength) {
      const key = keyOf(stored.shortName);
      const before = memory.get(key);
      const there = before !== undefined && before.expiresAt > now();
      if (stay === 0) memory.delete(key);
      else memory.set(key, { stored, contextLength, expiresAt: stay < 0 ? Infinity : now() + stay });
      return there;
    },
    unload: (stored) => void memory.delete(keyOf(stored.shortName)),
    loaded: () => [...memory.values()].filter((entry) => entry.expiresAt > now()),
    blobs: new Map(),
  };
}

function keyOf(name: string): string {
  const parsed = parseModelName(name);
  return parsed === undefined ? `invalid ${name}` : fullName(parsed).toLowerCase();
}
