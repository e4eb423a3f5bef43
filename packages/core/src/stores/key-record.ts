import type { JsonObject } from '../json/json.ts';

/** A virtual key as stores keep it. The key itself is never kept, only its hash. */
export interface KeyRecord {
  /** Public: it names the key in receipts, listings and logs, and opens nothing. */
  readonly id: string;
  /** SHA-256 of the whole key, 64 hexadecimal digits. Unique among all current and earlier hashes. */
  readonly hash: string;
  /** Hashes of the key before it was rotated, that still open it until a moment in Unix milliseconds. */
  readonly earlier: readonly EarlierHash[];
  /** What may be shown of the key: `sk-...w3Zk`. */
  readonly masked: string;
  /** A name of the operator's for it; unique where it is given. */
  readonly alias: string | undefined;
  /** Whose it is: its calls are his, and what he may is counted over all of his keys. */
  readonly owner: string | undefined;
  readonly team: string | undefined;
  /** The key by whose holder it was made: it may nothing that this one may not, and what it uses is counted there too. */
  readonly parent: string | undefined;
  /** Models it may use: aliases, `provider/model`, names of models; `*` stands for any text. Empty: all. */
  readonly models: readonly string[];
  /** Names of models that mean others with this key. */
  readonly modelAliases: Readonly<Record<string, string>>;
  /** Operations it may ask for, such as `chat`, `ocr`; `*` stands for any text. Empty: all. */
  readonly operations: readonly string[];
  /** Paths below the mount that it may ask for, such as `/v1/chat/completions`, `/mistral/*`. Empty: all. */
  readonly routes: readonly string[];
  /** Unix milliseconds from which on it opens nothing. */
  readonly expiresAt: number | undefined;
  readonly blocked: boolean;
  /** Added to the tags of each of its calls. */
  readonly tags: readonly string[];
  /** The operator's own notes. */
  readonly metadata: JsonObject;
  /** How many tokens an answer may have where the request does not say. */
  readonly maxOutputTokens: number | undefined;
  readonly limits: KeyLimits;
  /** The limits of each of the end users for whom it asks. */
  readonly endUserLimits: KeyLimits;
  /** Whether its holder may make keys below it. */
  readonly managesKeys: boolean;
  /** Unix milliseconds. Budgets of several days are counted from it. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Who made it: the id of a key, or the operator's name. */
  readonly createdBy: string;
  /** Grows by one with each change. */
  readonly version: number;
}

export interface EarlierHash {
  readonly hash: string;
  readonly until: number;
}

/** What may be used. Absent is unlimited. */
export interface KeyLimits {
  /** Several hold at once. */
  readonly budgets?: readonly Budget[];
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  /** Calls at once. */
  readonly parallel?: number;
  /** Further limits for single models, by the names and patterns of `models`. */
  readonly perModel?: Readonly<Record<string, Omit<KeyLimits, 'perModel'>>>;
}

/** Money that may be spent in a span. */
export interface Budget {
  /** In millionths of a US dollar; without it nothing is refused. */
  readonly limit?: number;
  /** From here on it is told, and nothing is refused. */
  readonly soft?: number;
  /**
   * How long a span is: `30s`, `15m`, `1h` by the clock in UTC; `1d`, `1w` and `1mo` by the calendar of the time zone, from midnight, Monday, the first; `30d` and
   * other numbers counted from the day of the key's creation. Without it everything that was ever spent counts.
   */
  readonly every?: string;
  /** An IANA name such as `Europe/Paris`. @default 'UTC' */
  readonly timezone?: string;
}
