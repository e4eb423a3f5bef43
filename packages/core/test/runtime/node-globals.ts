/** What no web runtime has, and what code that was written on Node uses without a thought. */
export const nodeGlobals = ['process', 'Buffer', 'global', 'setImmediate', 'clearImmediate'] as const;
