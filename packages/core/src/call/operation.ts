import type { CanonicalOperation } from '../provider/provider.ts';

/** What a call asks for: a canonical operation, the listing of models, or a native route's own word (`ocr`, `files`, …). */
export type Operation = CanonicalOperation | 'models' | (string & {});

/**
 * How far the proxy understands a call. `canonical`: input and output are OpenAI's forms. `native`: a provider's own dialect, bytes kept.
 * `opaque`: bytes that nobody reads.
 */
export type Dialect = 'canonical' | 'native' | 'opaque';
