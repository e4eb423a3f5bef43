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
  /** Seconds of audio. */
  seconds?: number;
}
