import type { BindingUnderTest } from '../binding-under-test.ts';

/** A binding that stands behind something that reads bodies before it. */
export interface BindingBehindParser extends BindingUnderTest {
  /** What is done with each kind of body before the proxy sees it; what is not named here is left untouched. */
  readonly keeps: Readonly<Partial<Record<BodyKind, KeptBody>>>;
}

/** The kinds of bodies that are sent. */
export type BodyKind =
  /** JSON in UTF-8. */
  | 'json'
  /** A type of JSON, and no bytes. */
  | 'empty'
  /** Ten megabytes of JSON. */
  | 'large'
  /** JSON that is compressed with gzip. */
  | 'gzip'
  /** JSON in Latin-1, which says so. */
  | 'latin1'
  /** `application/x-www-form-urlencoded` */
  | 'form'
  /** `multipart/form-data` with a file. */
  | 'multipart';

/** What a parser leaves of a body. */
export type KeptBody =
  /** Nobody has read it. */
  | 'untouched'
  /** Parsed. */
  | 'value'
  /** All bytes, inflated. */
  | 'bytes'
  /** Text, decoded by its charset. */
  | 'text'
  /** Parsed as if it were UTF-8, which it is not. */
  | 'misread'
  /** It was read, and cannot be put together again. */
  | 'consumed'
  /** The parser answers by itself, with a status of 400 to 499. */
  | 'refused';
