// What stores of keys are made of, for who writes one. An entry of its own: a thread that only keeps keys loads no proxy.
export { boundedLimit } from '../ledger/cursor.ts';
export { KeyConflict } from './key-conflict.ts';
export type { ConflictReason } from './key-conflict.ts';
export { fromKeyCursor, toKeyCursor } from './key-cursor.ts';
