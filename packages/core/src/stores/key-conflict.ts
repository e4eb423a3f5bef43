/** Why a key could not be kept: something of it is another's, or somebody has changed it meanwhile. */
export type ConflictReason = 'id' | 'hash' | 'alias' | 'version';

/** A store's refusal to write over what somebody else has written. */
export class KeyConflict extends Error {
  override readonly name = 'KeyConflict';
  readonly reason: ConflictReason;

  constructor(reason: ConflictReason) {
    super(
      reason === 'version'
        ? 'The key was changed or deleted by somebody else meanwhile. Read it again, and repeat the change.'
        : `There is another key with this ${reason}.`,
    );
    this.reason = reason;
  }
}
