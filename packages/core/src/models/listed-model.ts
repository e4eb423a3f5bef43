/** What a listing says of a model that a caller may name. */
export interface ListedModel {
  /** What the caller writes. */
  readonly id: string;
  /** Unix time in seconds. */
  readonly created?: number;
  readonly ownedBy?: string;
  /** See `ModelInfo`; absent where nobody said. */
  readonly capabilities?: ReadonlySet<string>;
  readonly contextLength?: number;
  /** The provider that lists it; absent for aliases. */
  readonly provider?: string;
}

/** A whole listing, before a face writes it. Policies may take models out of it. */
export interface ModelsValue {
  readonly models: readonly ListedModel[];
}
