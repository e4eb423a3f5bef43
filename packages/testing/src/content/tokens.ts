/**
 * The simulators' tokens: every run of non-space characters, with the space before it. Counting is the same for what comes in and what goes
 * out, so that a test can count on its fingers.
 */
export function tokensOf(text: string): string[] {
  return text.match(/\s*\S+(?:\s+$)?|^\s+$/gu) ?? [];
}

export function countTokens(text: string): number {
  return tokensOf(text).length;
}

/** Puts tokens together into about `count` pieces of equal length; one piece a token where no count is asked. */
export function groupTokens(tokens: readonly string[], count: number | undefined): string[] {
  if (count === undefined || count >= tokens.length) return [...tokens];
  const size = Math.ceil(tokens.length / Math.max(count, 1));
  return Array.from({ length: Math.ceil(tokens.length / size) }, (_, index) => tokens.slice(index * size, (index + 1) * size).join(''));
}
