import type { Framing } from '../framing/frame.ts';
import type { NativeRoute } from './native-surface.ts';

/** A native route of inference: JSON in, JSON out, or a stream where a framing is given. */
export function inferenceRoute(operation: string, path: string, framing?: Framing): NativeRoute {
  return { methods: ['POST'], path, operation, kind: 'inference', ...(framing === undefined ? {} : { framing }) };
}

/** An opaque native route; `closed` names the group that the operator has to open first. */
export function relayRoute(operation: string, methods: readonly string[], path: string, closed?: string): NativeRoute {
  return { methods, path, operation, kind: 'relay', ...(closed === undefined ? {} : { closed }) };
}
