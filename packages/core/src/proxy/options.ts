import type { Receipt } from '../receipt/receipt.ts';
import type { Prices } from '../receipt/price.ts';
import type { ReceiptSink } from '../receipt/sink.ts';
import type { CallerFace } from '../faces/face.ts';
import type { RemoteFileRules } from '../fetching/remote-file-rules.ts';
import type { Log } from '../log/log.ts';
import type { Provider } from '../provider/provider.ts';
import type { Route } from '../routing/strategy.ts';
import type { Policy } from '../stages/policy.ts';
import type { Transport } from '../transport/transport.ts';

/** What a proxy is made of. Only `providers` is needed. */
export interface ProxyOptions {
  /** Where calls can go, in the order in which a model that several of them list is looked for. */
  readonly providers: readonly Provider[];
  /** Names of your own for models: `{ fast: 'mistral/mistral-small-latest', safe: fallback('mistral/mistral-large-latest', 'local/llama') }`. */
  readonly aliases?: Readonly<Record<string, Route>>;
  /** Dialects that callers may speak beside OpenAI's, which is always there. */
  readonly faces?: readonly CallerFace[];
  /** What every call passes on its way; see `Policy`. What works in several stages is a list of policies: `policies: [keys({ store }), mine]`. */
  readonly policies?: readonly (Policy | readonly Policy[])[];
  /**
   * Refuse what a provider cannot honour with 400, rather than leaving it out and saying so in `x-ai-proxy-dropped`.
   * @default false
   */
  readonly strict?: boolean;
  readonly limits?: Partial<Limits>;
  readonly timeouts?: Partial<Timeouts>;
  /** How often one target is asked again after a failure that allows it; `false` for never. */
  readonly retry?: Partial<Retry> | false;
  /** When a target that keeps failing is left alone; `false` for never. */
  readonly breaker?: Partial<Breaking> | false;
  /**
   * Lets pages of other origins call the proxy from a browser. Every origin that is named here can spend what its visitors may spend;
   * cookies are never accepted.
   * @default false
   */
  readonly cors?: false | Cors;
  /**
   * Fetches the pictures that callers name by URL, for providers that take none so; `{}` switches it on with its defaults. Whoever can call the proxy can
   * then make this machine ask any public web server, in its name and from its address, for as much as the bounds allow, and learns whether it answered;
   * pictures that are shown to this address alone become his. Inside addresses are never asked, unless `trustedHosts` names them. On runtimes other than
   * Node every such file is refused, because there the proxy cannot see which address a name leads to.
   * @default false
   */
  readonly remoteFiles?: false | Partial<RemoteFileRules>;
  /** Where warnings go; by default the console. */
  readonly log?: Log;
  /** Who else is given the account of every call: a log, a ledger, metrics; see `@ai-proxy/logger` and `@ai-proxy/sql`. */
  readonly receipts?: readonly ReceiptSink[];
  /** What calls cost: `prices()` of `@ai-proxy/logger`. Without it every cost is unknown. */
  readonly prices?: Prices;
  /**
   * A header of yours that names the end user of a caller, before every other way to say it. What a caller writes there is believed: it is good for
   * counting, not for letting anybody in.
   */
  readonly endUserHeader?: string;
  /**
   * Tell the cost of a call in its answer too, in dollars, as `usage.cost`, in a stream in the chunk that holds the usage.
   * @default false
   */
  readonly costInBody?: boolean;
  /** Is given the account of every call, once, when it has ended. */
  readonly onReceipt?: (receipt: Receipt) => void;
  /** Another way out: an outgoing proxy, a certificate authority of your own. See `createTransport`. */
  readonly transport?: Transport;
}

/** In bytes, unless it says otherwise. Raising one gives a single caller more of the server's memory. */
export interface Limits {
  /** One JSON request body, inflated. @default 10485760 */
  readonly body: number;
  /** Levels of nesting in a request body. @default 128 */
  readonly depth: number;
  /** One whole answer of a provider; streams have no bound. @default 67108864 */
  readonly answer: number;
  /** One event or line of a stream. @default 16777216 */
  readonly event: number;
  /** What is held for a caller who reads slower than the provider writes. @default 262144 */
  readonly held: number;
}

/** In milliseconds; 0 switches a clock off. */
export interface Timeouts {
  /** Until a connection to a provider stands. @default 10000 */
  readonly connect: number;
  /** Until the first byte of an answer; local models may load for minutes. @default 300000 */
  readonly firstByte: number;
  /** Silence in the middle of an answer, not counted while the caller is slow. @default 120000 */
  readonly idle: number;
  /** The whole call, retries included. @default 0 */
  readonly total: number;
  /** A caller who takes nothing of his answer. @default 60000 */
  readonly write: number;
  /** How long a stream's headers wait for its first output; until then errors have their own status. @default 10000 */
  readonly headers: number;
  /** Silence after which a sign of life is written into an event stream. @default 15000 */
  readonly keepAlive: number;
}

export interface Retry {
  /** Further attempts after the first. @default 2 */
  readonly attempts: number;
  /** First pause in milliseconds; it doubles. @default 500 */
  readonly delay: number;
  /** Longest pause in milliseconds; a provider whose `retry-after` asks for more is not waited for. @default 10000 */
  readonly maxDelay: number;
}

export interface Breaking {
  /** Failures in a row. @default 10 */
  readonly failures: number;
  /** Milliseconds until one call tries again. @default 10000 */
  readonly resetAfter: number;
}

export interface Cors {
  /** Origins such as `https://app.example.com`, or `'*'` for any. */
  readonly origins: readonly string[] | '*';
  /** Seconds for which a browser may remember the answer. @default 600 */
  readonly maxAge?: number;
}

/** Options with every default in its place. */
export interface Settings {
  readonly providers: readonly Provider[];
  readonly aliases: Readonly<Record<string, Route>>;
  readonly faces: readonly CallerFace[];
  readonly policies: readonly Policy[];
  readonly strict: boolean;
  readonly limits: Limits;
  readonly timeouts: Timeouts;
  readonly retry: Retry;
  readonly breaker: Breaking | false;
  readonly cors: Cors | false;
  readonly remoteFiles: RemoteFileRules | false;
  readonly log: Log | undefined;
  readonly receipts: readonly ReceiptSink[];
  readonly prices: Prices | undefined;
  readonly endUserHeader: string | undefined;
  readonly costInBody: boolean;
  readonly onReceipt: ((receipt: Receipt) => void) | undefined;
  readonly transport: Transport | undefined;
}
