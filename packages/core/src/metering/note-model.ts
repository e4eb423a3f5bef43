import type { Call } from '../call/call.ts';

/** Notes which model answered a native call that named none, so that it has a price: agents and forms do not name theirs. */
export function noteModel({ model: asked, native, receipt }: Call, answered: unknown): void {
  if (!native || asked !== undefined || typeof answered !== 'string' || answered.length > 256) return;
  if (receipt.modelServed !== answered) receipt.serving({ provider: native.provider, model: answered, modelInfo: undefined });
}
