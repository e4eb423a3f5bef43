import type { ApiKey } from '@ai-proxy/core';

/** Options of {@link ollama}. */
export interface OllamaOptions {
  /** The segment of its native routes and the prefix of its models; `ollama` by default. Several servers need several names. */
  readonly name?: string;
  /**
   * Where the server is: `http://127.0.0.1:11434` by default, or what `OLLAMA_HOST` says in any spelling that Ollama's own client reads. An
   * absolute URL; a path is kept, a trailing `/api` or `/v1` is cut. The operator's key goes there: never take it from a request.
   */
  readonly baseURL?: string | undefined;
  /**
   * The key, something that fetches it at each use, or `fromCaller`; sent to whatever `baseURL` names. By default none, but for the hosted
   * service at https://ollama.com: `OLLAMA_API_KEY`, read at each use and sent nowhere else.
   */
  readonly apiKey?: ApiKey | undefined;
  /** Headers of every request. */
  readonly headers?: Record<string, string>;
  /**
   * How long the server keeps a model in memory after a call that does not say: seconds, or a duration such as `10m`; below 0 for ever. By default the
   * server decides, after 5 minutes unless it was told otherwise.
   */
  readonly keepAlive?: string | number | undefined;
  /**
   * Whether calls that name no `temperature` or `top_p` get OpenAI's default of 1; false by default, and then the model's own settings
   * (its Modelfile) decide.
   */
  readonly openaiDefaults?: boolean;
  /** The fields in which callers of OpenAI's API get what a model thinks; `both` by default, because clients read one or the other. */
  readonly reasoningFields?: ReasoningFields;
  /**
   * Groups of native routes that are shut by default and shall be open: `model-management`; none by default. Whoever may use the proxy can then
   * load, replace and delete the models of the server.
   */
  readonly open?: readonly string[];
}

/** The names under which a model's thinking goes out. */
export type ReasoningFields = 'both' | 'reasoning_content' | 'reasoning';
