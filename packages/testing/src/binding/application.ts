/** What the application around the proxy says: cells build it of these words, and the contract looks for them. */
export const application: Application = {
  header: ['x-application', 'around'],
  path: '/application',
  text: 'the application',
  brokenPath: '/application/broken',
  brokenText: 'the application answers for its own errors',
  pathBelow: '/application',
  textBelow: 'the application below the mount',
};

/** The application that a cell builds around the proxy. */
export interface Application {
  /** Set by a middleware before the proxy on every answer: name and value. */
  readonly header: readonly [name: string, value: string];
  /** `GET` of this path beside the mount answers 200 with `text`. */
  readonly path: string;
  readonly text: string;
  /** `GET` of this path beside the mount throws, and the application's own handler of errors answers 500 with `brokenText`. */
  readonly brokenPath: string;
  readonly brokenText: string;
  /** `GET` of this path below the mount, which is none of the proxy's, answers 200 with `textBelow`: the proxy has handed it on. */
  readonly pathBelow: string;
  readonly textBelow: string;
}
