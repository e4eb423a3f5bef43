import { registerHooks } from 'node:module';
import { nodeGlobals } from './node-globals.ts';

/**
 * Makes this process a web runtime from here on, as far as modules can tell: packages are resolved under the conditions given and never under Node's own,
 * nothing that Node brings can be imported, its globals are gone, and timers are numbers.
 */
export function takeNodeAway(conditions: readonly string[]): void {
  // Bun brings Node's modules, and in place of undici a stub that neither dispatches nor connects where it is told to.
  const hasModules = conditions.includes('bun');
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, { ...context, conditions: ['ai-proxy-source', ...conditions, 'import'] });
      if ((resolved.url.startsWith('node:') && !hasModules) || resolved.url.includes('/undici/')) {
        throw new Error(`${context.parentURL} imports ${specifier}, which no web runtime has`);
      }
      return resolved;
    },
  });
  const { setTimeout, clearTimeout } = numberedTimers();
  const replacements = { ...Object.fromEntries(nodeGlobals.map((name) => [name, undefined])), setTimeout, clearTimeout };
  for (const [name, replacement] of Object.entries(replacements)) replaceForModules(name, replacement);
}

/** Node's own `fetch` is made of Node's globals, and still has to find them. */
function replaceForModules(name: string, replacement: unknown): void {
  const original: unknown = Reflect.get(globalThis, name);
  Object.defineProperty(globalThis, name, { configurable: true, get: () => (isAskedByNode() ? original : replacement) });
}

function isAskedByNode(): boolean {
  // Below the message, this function and the getter stands who asks.
  const asking = new Error().stack?.split('\n')[3] ?? '';
  return /[( ]node:/.test(asking);
}

/** Timers as numbers: who only sets and clears them does not mind, who `unref`s them does. */
function numberedTimers(): { setTimeout: unknown; clearTimeout: unknown } {
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  const armed = new Map<number, NodeJS.Timeout>();
  let last = 0;
  return {
    setTimeout(callback: () => void, milliseconds?: number): number {
      last += 1;
      armed.set(last, set(callback, milliseconds));
      return last;
    },
    clearTimeout(id?: number): void {
      if (id !== undefined) clear(armed.get(id));
    },
  };
}
