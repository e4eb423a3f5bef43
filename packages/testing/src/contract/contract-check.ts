/** One thing that a provider has to get right. Any test runner can run it: `it(check.name, check.run)`. */
export interface ContractCheck {
  /** A sentence, unique in its contract. */
  readonly name: string;
  /** Rejects with a {@link ContractViolation} where the provider breaks its contract, or with what the provider threw. */
  readonly run: () => Promise<void>;
}

/** A provider does not do what the proxy relies on; the message says what and where. */
export class ContractViolation extends Error {
  override readonly name = 'ContractViolation';
}

/** Throws a {@link ContractViolation} where the condition does not hold. */
export function demand(condition: boolean, message: string): asserts condition {
  if (!condition) throw new ContractViolation(message);
}

/** A check whose work is synchronous: what it throws becomes a rejection. */
export function checkOf(name: string, judge: () => void): ContractCheck {
  return { name, run: async () => judge() };
}

/** A value in a message, short enough to read. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
