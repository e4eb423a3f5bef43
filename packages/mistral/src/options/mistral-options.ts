import type { ApiKey } from '@ai-proxy/core';
import type { MessageOrderRepairs } from '../chat/request/message-order.ts';

/** Options of {@link mistral}. */
export interface MistralOptions {
  /** The segment of its native routes and the prefix of its models; `mistral` by default. Several accounts need several names. */
  readonly name?: string;
  /** The key, something that fetches it at each use, or `fromCaller`. By default `MISTRAL_API_KEY`, read at each use. */
  readonly apiKey?: ApiKey | undefined;
  /**
   * Where Mistral is: `https://api.mistral.ai` by default, or what `MISTRAL_API_BASE` says. A path is kept; a trailing `/v1` is cut,
   * because every path begins with it. The operator's key goes there: never take it from a request.
   */
  readonly baseURL?: string | undefined;
  /** Headers of every request. */
  readonly headers?: Record<string, string>;
  /** Repairs of histories that Mistral would refuse because of their order; none by default. `all` switches all of them on. */
  readonly repair?: 'all' | MessageOrderRepairs;
  /** Whether the thinking of earlier turns goes up again; `send` by default. Old models refuse it. */
  readonly thinkingInHistory?: 'send' | 'drop';
  /** Whether OpenAI's older completions reach models that cannot fill in text as a chat call; false by default, and then refused. */
  readonly completionsAsChat?: boolean;
  /**
   * Groups of native routes that are shut by default and shall be open, such as `connectors` or `admin`; none by default. Whoever may
   * use the proxy can then do there whatever the operator's key can do.
   */
  readonly open?: readonly string[];
}
