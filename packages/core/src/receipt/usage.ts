/** What one call consumed, as far as the provider said. A number that nobody stated is absent, never 0. */
export interface Usage {
  inputTokens?: number;
  outputTokens?: number;
  /** The part of the input that came from the provider's cache. */
  cachedTokens?: number;
  /** The part of the output that was reasoning. */
  reasoningTokens?: number;
  /** Pages read by OCR. */
  pages?: number;
  /** The part of the pages that was also annotated, which costs more. */
  annotatedPages?: number;
  /** Seconds of audio. */
  seconds?: number;
  /** Characters of text that was spoken. */
  characters?: number;
  /** Texts that were embedded, moderated or classified. */
  items?: number;
}
