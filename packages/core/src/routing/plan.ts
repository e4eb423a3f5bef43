import type { ModelInfo, Provider } from '../provider/provider.ts';

/** Where a call may go, in order: a later step is tried when the ones before it failed in a way that allows it. */
export interface Plan {
  readonly steps: readonly [Target, ...Target[]];
}

/** One model at one provider. */
export interface Target {
  readonly provider: Provider;
  readonly model: string;
  readonly modelInfo: ModelInfo | undefined;
}
