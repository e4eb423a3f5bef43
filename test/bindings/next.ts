// Next.js is installed where its example is, and what it serves is built there.
export { nextBindings, nextParsers, startNext } from '../../examples/next/test/next-bindings.ts';
