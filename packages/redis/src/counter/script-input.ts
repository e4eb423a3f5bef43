import type { CounterWindow, OpenedSum, WindowName } from '@ai-proxy/core';

/** What a script is given. */
export interface ScriptInput {
  readonly keys: readonly string[];
  readonly parameters: readonly string[];
}

/** A window as scripts take it: five texts, and its key. */
interface WindowInput {
  readonly kind: 'sum' | 'rate' | 'gauge';
  readonly key: string;
  readonly amount?: number | undefined;
  /** For settlements the true amount. */
  readonly limit?: number | undefined;
  /** The period of a rate, or for how long a sum is kept. */
  readonly span?: number | undefined;
}

/** Builds what scripts are given. All keys of a root carry its name as their hash tag, and so lie on one node of a cluster. */
export interface ScriptInputs {
  /** For an id, with the ttl, or with the time for which its end is remembered. */
  ofCall(root: string, id: string, time: number, windows: readonly WindowInput[]): ScriptInput;
  ofWindows(root: string, windows: readonly WindowInput[]): ScriptInput;
}

export function createScriptInputs(prefix: string): ScriptInputs {
  const build = (
    root: string,
    header: readonly [string, string],
    windows: readonly WindowInput[],
    ended: readonly string[],
  ): ScriptInput => {
    const place = `${prefix}{${escapeTag(root)}}:`;
    return {
      keys: [
        `${place}reservations`,
        `${place}expiries`,
        ...windows.map(({ kind, key }) => `${place}${kind}:${key}`),
        ...ended.map((id) => `${place}ended:${id}`),
      ],
      parameters: [
        ...header,
        ...windows.flatMap(({ kind, key, amount, limit, span }) => [kind.charAt(0), key, textOf(amount), textOf(limit), textOf(span)]),
      ],
    };
  };
  return {
    ofCall: (root, id, time, windows) => build(root, [id, String(time)], windows, [id]),
    ofWindows: (root, windows) => build(root, ['', ''], windows, []),
  };
}

/** A window to be reserved, or with its true amount in the place of the limit. */
export const toWindowInput = (window: CounterWindow, limit: number | undefined = window.limit): WindowInput => ({
  kind: window.kind,
  key: window.key,
  amount: window.amount,
  limit,
  span: window.kind === 'rate' ? window.period : window.kind === 'sum' ? window.keep : undefined,
});

export const toNamedInput = (name: WindowName): WindowInput => ({
  kind: name.kind,
  key: name.key,
  span: name.kind === 'rate' ? name.period : undefined,
});

export const toOpenedInput = ({ key, spent, keep }: OpenedSum): WindowInput => ({ kind: 'sum', key, amount: spent, span: keep });

const textOf = (value: number | undefined): string => (value === undefined ? '' : String(value));

/** A hash tag ends at its first brace, and an empty one is none. */
const escapeTag = (root: string): string => root.replaceAll(/[%{}]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
