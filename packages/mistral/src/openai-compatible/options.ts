import { checkChoice, checkKnownOptions, checkOpenGroups, checkProviderName } from '@ai-proxy/core';
import type { ApiKey } from '@ai-proxy/core';
import { toBaseURL } from '../options/base-url.ts';
import { compatibleGroups } from './native/routes.ts';

/** Options of {@link openaiCompatible}. */
export interface OpenAICompatibleOptions {
  /** The segment of its native routes and the prefix of its models. */
  readonly name: string;
  /** Where the server is, with or without `/v1`: `http://127.0.0.1:8080`. There is no default, because every server has another. */
  readonly baseURL: string;
  /** The key, something that fetches it at each use, or `fromCaller`; none by default. */
  readonly apiKey?: ApiKey | undefined;
  /** Headers of every request. */
  readonly headers?: Record<string, string>;
  /**
   * `openai` by default: llama-server, vLLM and whatever else keeps to OpenAI's words. `llama-cpp-python` for that server, which
   * counts no tokens in streams, knows schemas under another name and ends a stream that it broke off as if it were whole.
   */
  readonly dialect?: 'openai' | 'llama-cpp-python';
  /** Whether ids of tool calls are rewritten to nine letters and digits, which the templates of Mistral's models ask for; false by default. */
  readonly mistralToolCallIds?: boolean;
  /**
   * Groups of native routes that are shut by default and shall be open, such as `slots`; none by default. Whoever may use the proxy
   * can then change the server for everybody.
   */
  readonly open?: readonly string[];
}

/** Options with their defaults, checked for their shape. */
export interface ReadCompatibleOptions {
  readonly name: string;
  readonly baseURL: string;
  readonly dialect: 'openai' | 'llama-cpp-python';
  readonly mistralToolCallIds: boolean;
  readonly open: readonly string[];
}

const known: readonly (keyof OpenAICompatibleOptions)[] = ['name', 'baseURL', 'apiKey', 'headers', 'dialect', 'mistralToolCallIds', 'open'];

export function readCompatibleOptions(options: OpenAICompatibleOptions): ReadCompatibleOptions {
  const where = 'openaiCompatible()';
  checkKnownOptions(where, options, known);
  checkChoice(where, 'dialect', options.dialect, ['openai', 'llama-cpp-python']);
  checkChoice(where, 'mistralToolCallIds', options.mistralToolCallIds, [true, false]);
  checkOpenGroups(where, options.open, compatibleGroups);
  return {
    name: checkProviderName(where, options.name),
    baseURL: toBaseURL(`${where}: \`baseURL\``, options.baseURL),
    dialect: options.dialect ?? 'openai',
    mistralToolCallIds: options.mistralToolCallIds ?? false,
    open: options.open ?? [],
  };
}
