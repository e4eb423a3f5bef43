import { checkChoice, checkKnownOptions, checkOpenGroups, checkProviderName } from '@ai-proxy/core';
import { ollamaGroups } from '../native/routes.ts';
import { toBaseURL } from './base-url.ts';
import type { OllamaOptions, ReasoningFields } from './ollama-options.ts';

const known: readonly (keyof OllamaOptions)[] = [
  'name',
  'baseURL',
  'apiKey',
  'headers',
  'keepAlive',
  'openaiDefaults',
  'reasoningFields',
  'open',
];

/** What the operator said that every request and answer needs. */
export interface OllamaBehaviour {
  readonly keepAlive: string | number | undefined;
  readonly openaiDefaults: boolean;
  readonly reasoningFields: ReasoningFields;
}

/** Options with their defaults, checked for their shape; the environment is not read here. */
export interface ReadOllamaOptions extends OllamaBehaviour {
  readonly name: string;
  readonly baseURL: string | undefined;
  readonly open: readonly string[];
}

export function readOllamaOptions(options: OllamaOptions): ReadOllamaOptions {
  checkKnownOptions('ollama()', options, known);
  checkChoice('ollama()', 'openaiDefaults', options.openaiDefaults, [true, false]);
  checkChoice('ollama()', 'reasoningFields', options.reasoningFields, ['both', 'reasoning_content', 'reasoning']);
  checkOpenGroups('ollama()', options.open, ollamaGroups);
  return {
    name: checkProviderName('ollama()', options.name ?? 'ollama'),
    baseURL: options.baseURL === undefined ? undefined : toBaseURL(options.baseURL),
    keepAlive: readKeepAlive(options.keepAlive),
    openaiDefaults: options.openaiDefaults ?? false,
    reasoningFields: options.reasoningFields ?? 'both',
    open: options.open ?? [],
  };
}

function readKeepAlive(given: OllamaOptions['keepAlive']): string | number | undefined {
  if (given === undefined || (typeof given === 'number' && Number.isFinite(given))) return given;
  if (typeof given === 'string' && isDuration(given)) return given;
  throw new TypeError('ollama(): `keepAlive` must be a number of seconds, or a duration such as "10m" or "1h30m"');
}

/** Durations as Go writes them, or a number in a string. */
function isDuration(text: string): boolean {
  return /^[-+]?\d+(?:\.\d+)?$/.test(text) || /^[-+]?(?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+$/.test(text);
}
