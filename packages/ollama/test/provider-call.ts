import type { CanonicalOperation, FetchedFile, ModelInfo, ProviderCall } from '@ai-proxy/core';

export interface RecordedCall extends ProviderCall {
  readonly dropped: string[];
}

/** A call that remembers what was dropped. */
export function providerCall(
  options: {
    operation?: CanonicalOperation;
    model?: string;
    stream?: boolean;
    capabilities?: readonly string[];
    fetched?: ReadonlyMap<string, FetchedFile>;
  } = {},
): RecordedCall {
  const dropped: string[] = [];
  const model = options.model ?? 'llama3.2:latest';
  const modelInfo: ModelInfo | undefined =
    options.capabilities === undefined ? undefined : { id: model, capabilities: new Set(options.capabilities) };
  return {
    id: '0-1',
    operation: options.operation ?? 'chat',
    model,
    modelInfo,
    stream: options.stream ?? false,
    ...(options.fetched === undefined ? {} : { fetched: options.fetched }),
    now: () => 1_700_000_000,
    drop: (field) => {
      if (!dropped.includes(field)) dropped.push(field);
    },
    dropped,
  };
}
