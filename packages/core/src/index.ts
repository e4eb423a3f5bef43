export type { Call } from './call/call.ts';
export type { Caller, CallerAnswer } from './call/caller.ts';
export type { NativeTarget } from './call/native-target.ts';
export type { Dialect, Operation } from './call/operation.ts';
export type { Outcome } from './receipt/outcome.ts';
export type { Receipt, ReceiptDraft } from './receipt/receipt.ts';
export type { ChunkBatch, RelayReply, Reply, StreamReply, ValueReply } from './call/reply.ts';
export type { TraceContext } from './headers/trace-headers.ts';
export type { Usage } from './receipt/usage.ts';
export { costOf } from './receipt/cost.ts';
export type { Cost } from './receipt/cost.ts';
export type { Price, PricedTarget, Prices, Rates } from './receipt/price.ts';
export type { ReceiptSink } from './receipt/sink.ts';
export type { CallFilter, CallPage, Feedback, Ledger, Pruned, PruneQuery, RecordedCall } from './ledger/ledger.ts';
export { spendDimensions } from './ledger/spend.ts';
export type { LedgerSpan, Spend, SpendDimension, SpendQuery, SpendReport, SpendRow } from './ledger/spend.ts';
export { memoryLedger } from './ledger/memory-ledger.ts';
export type { MemoryLedgerOptions } from './ledger/memory-ledger.ts';
export type {
  Counter,
  CounterWindow,
  GaugeWindow,
  OpenedSum,
  RateWindow,
  Refusal,
  Reservation,
  ReserveAnswer,
  SumWindow,
  WindowName,
  WindowReading,
} from './stores/counter.ts';
export { memoryCounter } from './stores/memory-counter.ts';
export type { MemoryCounterOptions } from './stores/memory-counter.ts';
export { KeyConflict } from './stores/key-conflict.ts';
export type { ConflictReason } from './stores/key-conflict.ts';
export type { Budget, EarlierHash, KeyLimits, KeyRecord } from './stores/key-record.ts';
export type { AuditFilter, AuditPage, KeyAction, KeyChange, KeyChanges, KeyFilter, KeyPage, KeyStore } from './stores/key-store.ts';
export { memoryKeyStore } from './stores/memory-key-store.ts';
export type { MemoryKeyStoreOptions } from './stores/memory-key-store.ts';
export { callerUnknown } from './errors/caller-unknown.ts';
export type { ErrorCode } from './errors/codes.ts';
export { errorTypeOf, ProxyError } from './errors/proxy-error.ts';
export type { ErrorSource, ProxyErrorOptions, UpstreamAnswer } from './errors/proxy-error.ts';
export type { CallerFace, DecodedRequest, Encoder, Face, FaceRoute } from './faces/face.ts';
export type { ModelRule } from './models/model-rule.ts';
export type { ListedModel, ModelsValue } from './models/listed-model.ts';
export type { RemoteFileRules } from './fetching/remote-file-rules.ts';
export type { Flow, FlowControl, Sink } from './flow/flow.ts';
export { toFlow } from './flow/to-flow.ts';
export type { Frame, FrameBatch, FrameReader, Framing } from './framing/frame.ts';
export type { Handler } from './http/handler.ts';
export { headerValue } from './http/headers.ts';
export type { HttpHeaders } from './http/headers.ts';
export type { HttpRelay, HttpReply, HttpStream, RelayClocks, RelayEnd } from './http/reply.ts';
export type { HttpRequest, HttpRequestBody } from './http/request.ts';
export { behindMasterKey } from './admin/behind-master-key.ts';
export type { MasterKeyOptions } from './admin/behind-master-key.ts';
export { reasonOf } from './errors/reason-of.ts';
export { TooLate, within } from './stores/within.ts';
export { privateJson } from './admin/private-json.ts';
export { readQuery } from './admin/read-query.ts';
export type { Query } from './admin/read-query.ts';
export { readJsonRequest } from './body/read-json-request.ts';
export type { JsonRequest, JsonRequestLimits } from './body/read-json-request.ts';
export { rawSegments } from './path/segments.ts';
export { splitTarget } from './path/split-target.ts';
export { nearestNames } from './path/nearest-names.ts';
export { belowMount } from './mount/below-mount.ts';
export { toMountPrefix } from './mount/mount-prefix.ts';
export { createFetchDoor } from './proxy/fetch-door.ts';
export type { FetchDoor, FetchDoorInit } from './proxy/fetch-door.ts';
export { createEnvironmentProxy, readEnvironment } from './proxy/environment-proxy.ts';
export type { NamedByEnvironment, ProviderFromEnvironment } from './proxy/environment-proxy.ts';
export { isProxy } from './proxy/proxy.ts';
export type { Proxy, Writing } from './proxy/proxy.ts';
export { createProxy } from './proxy/create-proxy.ts';
export { proxyOptionNames } from './proxy/read-options.ts';
export type { Breaking, Cors, Limits, ProxyOptions, Retry, Timeouts } from './proxy/options.ts';
export { isJsonObject } from './json/json.ts';
export type { JsonObject, JsonValue } from './json/json.ts';
export { checkChoice, checkKnownOptions, checkOpenGroups } from './provider/check-options.ts';
export { checkProviderName } from './provider/check-provider-name.ts';
export {
  applyFieldRules,
  dropUnless,
  handledElsewhere,
  keepBoolean,
  keepNumber,
  keepObject,
  keepString,
  toBoolean,
  toNumber,
} from './provider/field-rules.ts';
export type { FieldContext, FieldRule } from './provider/field-rules.ts';
export { invalidParameter, unsupportedParameter } from './errors/parameter-errors.ts';
export { environmentVariable } from './provider/environment-variable.ts';
export { inferenceRoute, relayRoute } from './provider/native-routes.ts';
export { fromCaller } from './provider/credential.ts';
export type { ApiKey } from './provider/credential.ts';
export type { BatchResult, Consumption, NativeRoute, NativeSight, NativeSurface, NativeWatcher } from './provider/native-surface.ts';
export type { Estimator } from './metering/estimate.ts';
export type { Meter } from './metering/meter.ts';
export { bytesOfTexts } from './metering/output-bytes.ts';
export { createTextCounter, textBytes } from './metering/text-bytes.ts';
export { defineProvider } from './provider/provider.ts';
export type {
  CanonicalOperation,
  ErrorAnswer,
  FetchedFile,
  ModelInfo,
  ModelListing,
  Provider,
  ProviderCall,
  ProviderFailure,
  ProviderOperation,
  RemoteFile,
  StreamDecoder,
  UpstreamRequest,
  UpstreamRequests,
} from './provider/provider.ts';
export { fallback } from './routing/strategy.ts';
export type { Fallback, Route } from './routing/strategy.ts';
export type { Plan, Target } from './routing/plan.ts';
export { definePolicy, stageOrder } from './stages/policy.ts';
export type { Next, Policy, Stage } from './stages/policy.ts';
export { consoleLog } from './log/log.ts';
export type { Log } from './log/log.ts';
export { createFrameReader } from './framing/create-frame-reader.ts';
export { createBodyQueue } from './transport/body-queue.ts';
export type { BodyQueue, BodyQueueOptions } from './transport/body-queue.ts';
export { brokenExchange } from './transport/broken-exchange.ts';
export { explainBreak } from './transport/explain-break.ts';
export { createTransport } from '#transport';
export type { Transport, TransportClocks, TransportOptions, TransportRequest, TransportResponse } from './transport/transport.ts';
