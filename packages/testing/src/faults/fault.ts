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
