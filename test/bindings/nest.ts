// Nest is installed where its example is, and its decorators are compiled there.
export { nestBindings, nestParsers } from '../../examples/nest/test/nest-bindings.ts';
