/** Says that callers bring the provider's key themselves; the only case in which a caller's credential goes up. */
export const fromCaller: unique symbol = Symbol.for('ai-proxy.from-caller');

/** A provider's key: the key itself, something that fetches it at each use, or {@link fromCaller}. */
export type ApiKey = string | (() => string | Promise<string>) | typeof fromCaller;
