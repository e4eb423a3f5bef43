import type { WindowReading } from '@ai-proxy/core';
import type { CallWindow } from './call-windows.ts';

/** OpenAI's headers about limits: of those who are limited, the one who has least left. */
export function rateHeaders(windows: readonly CallWindow[], readings: readonly WindowReading[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [counts, word] of [
    ['requests', 'requests'],
    ['tokens', 'tokens'],
  ] as const) {
    let least: { limit: number; left: number; resetIn: number } | undefined;
    for (const [index, { window, counts: counted }] of windows.entries()) {
      const reading = readings[index];
      if (counted !== counts || window.limit === undefined || !reading) continue;
      const left = Math.max(0, window.limit - reading.used);
      if (!least || left < least.left) least = { limit: window.limit, left, resetIn: reading.resetIn };
    }
    if (!least) continue;
    headers[`x-ratelimit-limit-${word}`] = String(least.limit);
    headers[`x-ratelimit-remaining-${word}`] = String(least.left);
    headers[`x-ratelimit-reset-${word}`] = writeDuration(least.resetIn);
  }
  return headers;
}

/** A duration as OpenAI writes it: `6m0s`, `12s`, `430ms`. */
export function writeDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.ceil(milliseconds)}ms`;
  const seconds = Math.ceil(milliseconds / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
