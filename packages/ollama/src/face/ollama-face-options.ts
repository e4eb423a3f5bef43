import { checkKnownOptions } from '@ai-proxy/core';

/** Options of {@link ollamaFace}. */
export interface OllamaFaceOptions {
  /** What `/api/version` says; `0.13.0` by default, whose API this is. Some clients refuse a server that is older than they are. */
  readonly version?: string;
}

/** Options with their defaults, checked for their shape. */
export function readOllamaFaceOptions(options: OllamaFaceOptions): Required<OllamaFaceOptions> {
  checkKnownOptions('ollamaFace()', options, ['version']);
  const { version = '0.13.0' } = options;
  if (typeof version !== 'string' || version === '') throw new TypeError('ollamaFace(): `version` must be a text such as "0.13.0"');
  return { version };
}
