import type { Call } from '../call/call.ts';
import type { Caller } from '../call/caller.ts';
import type { NativeTarget } from '../call/native-target.ts';
import type { Dialect, Operation } from '../call/operation.ts';
import type { ReceiptDraft } from '../receipt/receipt.ts';
import type { TraceContext } from '../headers/trace-headers.ts';
import type { HttpHeaders } from '../http/headers.ts';
import type { HttpRequest } from '../http/request.ts';
import type { JsonObject } from '../json/json.ts';
import type { ModelRule } from '../models/model-rule.ts';
import type { Plan } from '../routing/plan.ts';
import type { CallStart } from './calls.ts';
import type { RoutedCall } from './decode-call.ts';

/** A call, and what only the proxy itself may know of it. A class, because one is made for every request. */
export class OpenedCall implements Call {
  readonly id: string;
  readonly operation: Operation;
  readonly dialect: Dialect;
  readonly face: string;
  input: JsonObject;
  model: string | undefined;
  readonly stream: boolean;
  readonly method: string;
  readonly target: string;
  headers: HttpHeaders;
  readonly signal: AbortSignal;
  plan: Plan | undefined;
  allows: ModelRule | undefined;
  readonly answerHeaders: Record<string, string> = {};
  trace: TraceContext | undefined;
  readonly receipt: ReceiptDraft;
  native: NativeTarget | undefined;
  readonly context: unknown;
  /** What wants to see each chunk of its stream. */
  readonly taps: ((chunk: unknown) => void)[] = [];
  /** What is answered without asking a model. */
  readonly answer: JsonObject | undefined;
  /** What it came as, and where its path leads. */
  readonly request: HttpRequest;
  readonly routed: RoutedCall;

  constructor(id: string, request: HttpRequest, routed: RoutedCall, start: CallStart, signal: AbortSignal, receipt: ReceiptDraft) {
    this.id = id;
    this.operation = start.operation;
    this.dialect = start.dialect;
    this.face = start.face;
    this.input = start.input;
    this.model = start.model;
    this.stream = start.stream;
    this.method = request.method;
    this.target = request.target;
    this.headers = request.headers;
    this.signal = signal;
    this.receipt = receipt;
    this.native = start.native;
    this.context = request.context;
    this.answer = start.answer;
    this.request = request;
    this.routed = routed;
  }

  get caller(): Caller | undefined {
    return this.receipt.caller;
  }

  set caller(caller: Caller | undefined) {
    this.receipt.caller = caller;
  }

  tap(see: (chunk: unknown) => void): void {
    this.taps.push(see);
  }
}
