/** How a 429 says when to come back. */
export type RetryAfter = { readonly seconds: number } | { readonly date: Date | string } | { readonly milliseconds: number };

/** Everything that a simulated upstream can do wrong, by name. */
export type Fault =
  // before the answer
  /** The request is taken and nothing ever comes. */
  | { readonly name: 'acceptAndNeverAnswer' }
  /** A 200 with its headers, and nothing after. */
  | { readonly name: 'headersThenSilence' }
  | { readonly name: 'resetBeforeHeaders' }
  // another answer
  | { readonly name: 'okWithJsonError' }
  | { readonly name: 'okWithHtml' }
  | { readonly name: 'status500Empty' }
  /** Default: one second. */
  | { readonly name: 'status429'; readonly retryAfter?: RetryAfter }
  /** 503 `Loading model` for so many requests (1), then answers. */
  | { readonly name: 'loading503Then200'; readonly times?: number }
  /** A 307. It leads to `/redirected` on the simulator itself unless told otherwise, so that following it shows in the record. */
  | { readonly name: 'redirect'; readonly location?: string }
  // broken transport
  /** Some events (2), half of the next, a real RST. */
  | { readonly name: 'halfEventThenReset'; readonly events?: number }
  /** Ends cleanly in the middle of a character. */
  | { readonly name: 'halfCharacterThenEnd' }
  | { readonly name: 'resetAfter'; readonly events: number }
  | { readonly name: 'silenceAfter'; readonly events: number }
  /** Ends without `[DONE]`: by FIN without the last chunk (`cut`) or by a clean end (`clean`), before or after the finish chunk. */
  | { readonly name: 'endWithoutDone'; readonly how: 'cut' | 'clean'; readonly after?: 'content' | 'finish' }
  /** Promises so many bytes more (or fewer, when negative) than come. Default 10 more. */
  | { readonly name: 'wrongContentLength'; readonly by?: number }
  // odd but right transport
  | { readonly name: 'gzipBody' }
  | { readonly name: 'bytePerMillisecond' }
  /** One event of so many bytes of text. Default 5 MB. */
  | { readonly name: 'hugeEvent'; readonly bytes?: number }
  /** So many more events, all in one write. Default 10 000. */
  | { readonly name: 'manyEventsInOneWrite'; readonly events?: number }
  /** So many comment lines before each event. Default 100. */
  | { readonly name: 'commentStorm'; readonly comments?: number }
  | { readonly name: 'trailingSpaces' }
  /** CRLF line ends, CR and LF in different writes. */
  | { readonly name: 'splitCrlf' }
  // odd streams
  | { readonly name: 'doneTwice' }
  | { readonly name: 'eventAfterDone' }
  /** An error event in the dialect of the server, after content; no `[DONE]`. */
  | { readonly name: 'errorAfterContent' }
  /** The same in a field named `error` in place of `data`, as llama-server builds of 2024 wrote it. */
  | { readonly name: 'errorFieldAfterContent' }
  | { readonly name: 'usageBeforeFinish' }
  | { readonly name: 'duplicateFinish' }
  | { readonly name: 'noRole' }
  | { readonly name: 'roleNull' }
  // odd tool calls
  | { readonly name: 'interleavedToolFragments' }
  /** No index, no type, no id. */
  | { readonly name: 'bareToolCall' }
  | { readonly name: 'repeatedName' }
  | { readonly name: 'emptyName' }
  | { readonly name: 'argumentsObject' };

export type FaultName = Fault['name'];

/** What can go wrong with a stream of lines, beside what can go wrong with any. Whole answers show of it what they can. */
export type LineFault =
  /** An error line inside a 200: in place of the first line, in the middle, or in place of the last one. `nested` puts the text into an object. */
  | { readonly name: 'errorLine'; readonly at: 'first' | 'middle' | 'last'; readonly nested?: true }
  /** Ends after so many bytes of the body: by a clean end, by FIN without the last chunk, or by RST. */
  | { readonly name: 'endAtByte'; readonly byte: number; readonly how: 'clean' | 'cut' | 'reset' }
  /** Some lines (2), half of the next, a clean end: a runner that died. */
  | { readonly name: 'halfLineThenEnd'; readonly lines?: number }
  /** Blank lines before every line and at the end. */
  | { readonly name: 'blankLines' }
  | { readonly name: 'crlfLines' }
  | { readonly name: 'noFinalNewline' }
  /** The whole answer in one document over many lines, as JSON, also where a stream was asked for. */
  | { readonly name: 'prettyJson' }
  /** Text with everything that only looks like the end of a line: U+2028, U+2029, U+0085, a carriage return and an escaped line feed. */
  | { readonly name: 'separatorsInText' }
  /** The last line without a reason, as where the runner was cut. */
  | { readonly name: 'noDoneReason' }
  /** The last line without counts and durations, which servers leave out where they are zero. */
  | { readonly name: 'noCounts' }
  /** Arguments as text that holds JSON. */
  | { readonly name: 'argumentsText' };

/** Every fault that a simulator can be given. */
export type AnyFault = Fault | LineFault;
