import type { Fault, FaultName } from './fault.ts';

/** One row of a table test over all faults. */
export interface FaultCase {
  /** Unique; the fault's name, with its variant where there are several. */
  readonly title: string;
  readonly fault: Fault;
  /** What a caller of an honest proxy must see of a stream: `clean`, the whole right answer; `error`, an error or a cut. */
  readonly expect: 'clean' | 'error';
  /** The same for a caller who did not ask for a stream. */
  readonly expectWhole: 'clean' | 'error';
  /** Shows itself only in tool calls: ask with two tools and the word "both". */
  readonly tools?: true;
  /** `clean` holds for a proxy that repeats a refused request; one that does not must show the error. */
  readonly repeats?: true;
  /** Nothing more comes: the proxy's own clock must end it. */
  readonly silent?: true;
}

const clean = { expect: 'clean', expectWhole: 'clean' } as const;
const error = { expect: 'error', expectWhole: 'error' } as const;
/** Goes wrong in streams only; a whole answer comes as it should. */
const streamError = { expect: 'error', expectWhole: 'clean' } as const;

/** Every fault, with what an honest proxy must make of it. */
export const faultCases: readonly FaultCase[] = [
  { title: 'acceptAndNeverAnswer', fault: { name: 'acceptAndNeverAnswer' }, ...error, silent: true },
  { title: 'headersThenSilence', fault: { name: 'headersThenSilence' }, ...error, silent: true },
  { title: 'resetBeforeHeaders', fault: { name: 'resetBeforeHeaders' }, ...error },
  { title: 'okWithJsonError', fault: { name: 'okWithJsonError' }, ...error },
  { title: 'okWithHtml', fault: { name: 'okWithHtml' }, ...error },
  { title: 'status500Empty', fault: { name: 'status500Empty' }, ...error },
  { title: 'status429 with seconds', fault: { name: 'status429', retryAfter: { seconds: 1 } }, ...error },
  { title: 'status429 with a date', fault: { name: 'status429', retryAfter: { date: 'Wed, 21 Oct 2015 07:28:00 GMT' } }, ...error },
  { title: 'status429 with milliseconds', fault: { name: 'status429', retryAfter: { milliseconds: 20 } }, ...error },
  { title: 'loading503Then200', fault: { name: 'loading503Then200' }, ...clean, repeats: true },
  { title: 'redirect', fault: { name: 'redirect' }, ...error },
  { title: 'halfEventThenReset', fault: { name: 'halfEventThenReset' }, ...error },
  { title: 'halfCharacterThenEnd', fault: { name: 'halfCharacterThenEnd' }, ...error },
  { title: 'resetAfter 0 events', fault: { name: 'resetAfter', events: 0 }, ...error },
  { title: 'resetAfter 1 event', fault: { name: 'resetAfter', events: 1 }, ...error },
  { title: 'resetAfter 3 events', fault: { name: 'resetAfter', events: 3 }, ...error },
  { title: 'silenceAfter 1 event', fault: { name: 'silenceAfter', events: 1 }, ...error, silent: true },
  { title: 'silenceAfter 3 events', fault: { name: 'silenceAfter', events: 3 }, ...error, silent: true },
  { title: 'endWithoutDone cut in the content', fault: { name: 'endWithoutDone', how: 'cut' }, ...error },
  { title: 'endWithoutDone clean in the content', fault: { name: 'endWithoutDone', how: 'clean' }, ...error },
  // Some servers never send the mark: a stream whose every choice has finished is whole.
  { title: 'endWithoutDone clean after the finish', fault: { name: 'endWithoutDone', how: 'clean', after: 'finish' }, ...clean },
  { title: 'wrongContentLength too long', fault: { name: 'wrongContentLength', by: 10 }, ...error },
  // Far enough back to lose the finish of a stream, whatever stands behind it.
  { title: 'wrongContentLength too short', fault: { name: 'wrongContentLength', by: -300 }, ...error },
  { title: 'gzipBody', fault: { name: 'gzipBody' }, ...clean },
  { title: 'bytePerMillisecond', fault: { name: 'bytePerMillisecond' }, ...clean },
  { title: 'hugeEvent', fault: { name: 'hugeEvent' }, ...clean },
  { title: 'manyEventsInOneWrite', fault: { name: 'manyEventsInOneWrite' }, ...clean },
  { title: 'commentStorm', fault: { name: 'commentStorm' }, ...clean },
  { title: 'trailingSpaces', fault: { name: 'trailingSpaces' }, ...clean },
  { title: 'splitCrlf', fault: { name: 'splitCrlf' }, ...clean },
  { title: 'doneTwice', fault: { name: 'doneTwice' }, ...clean },
  { title: 'eventAfterDone', fault: { name: 'eventAfterDone' }, ...clean },
  { title: 'errorAfterContent', fault: { name: 'errorAfterContent' }, ...streamError },
  { title: 'errorFieldAfterContent', fault: { name: 'errorFieldAfterContent' }, ...streamError },
  { title: 'usageBeforeFinish', fault: { name: 'usageBeforeFinish' }, ...clean },
  { title: 'duplicateFinish', fault: { name: 'duplicateFinish' }, ...clean },
  { title: 'noRole', fault: { name: 'noRole' }, ...clean },
  { title: 'roleNull', fault: { name: 'roleNull' }, ...clean },
  { title: 'interleavedToolFragments', fault: { name: 'interleavedToolFragments' }, ...clean, tools: true },
  { title: 'bareToolCall', fault: { name: 'bareToolCall' }, ...clean, tools: true },
  { title: 'repeatedName', fault: { name: 'repeatedName' }, ...clean, tools: true },
  { title: 'emptyName', fault: { name: 'emptyName' }, ...clean, tools: true },
  { title: 'argumentsObject', fault: { name: 'argumentsObject' }, ...clean, tools: true },
];

/** The names of all faults. */
export const faultNames: readonly FaultName[] = [...new Set(faultCases.map((row) => row.fault.name))];
