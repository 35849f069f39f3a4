/** The audit log on the wire. Who reads it holds the right `view_audit`. */
export interface AuditEntryResponse {
  readonly id: number;
  /** Its place in the chain and its hash; null for about a second after it was written. */
  readonly number: number | null;
  readonly hash: string | null;
  readonly at: string;
  /** Who did it; null: nobody who is known. */
  readonly actor: AuditPerson | null;
  /** As whom they saw the product at the time. */
  readonly as: AuditPerson | null;
  readonly action: string;
  /** `refused`: tried and not done. */
  readonly outcome: 'done' | 'refused';
  readonly object: string | null;
  readonly record: string | null;
  /** Of a list: the records that it showed. */
  readonly records: readonly string[] | null;
  readonly revision: number | null;
  readonly source: string;
  readonly request_id: string | null;
  readonly address: string | null;
  readonly user_agent: string | null;
  /** Names and counts that belong to the action. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** With today's name. */
export interface AuditPerson {
  readonly id: string;
  readonly name: string | null;
}

export interface AuditQueryParameters {
  /** Id of who did it. */
  readonly actor?: string;
  /** One or several. */
  readonly action?: string | readonly string[];
  readonly outcome?: 'done' | 'refused';
  readonly object?: string;
  /** Entries about the record, and lists that showed it. */
  readonly record?: string;
  /** Days or instants; `until` is not included. */
  readonly from?: string;
  readonly until?: string;
}

export interface AuditResponse {
  readonly entries: readonly AuditEntryResponse[];
  readonly next: string | null;
}

export interface AuditVerdictResponse {
  readonly is_intact: boolean;
  /** The first place that does not hold. */
  readonly fault: {
    readonly code:
      | 'changed_entry'
      | 'missing_entry'
      | 'missing_seal'
      | 'unexplained_anchor'
      | 'other_head'
      | 'forgotten_head'
      | 'shortened'
      | 'unsealed_entry';
    readonly number: number;
    /** Id of the entry. */
    readonly id: number | null;
  } | null;
  /** The end of what holds: to be noted elsewhere, as `number:hash`. */
  readonly head: { readonly number: number; readonly hash: string };
  /** Number of the last entry that retention has forgotten, else 0. */
  readonly forgotten: number;
  readonly checked: number;
  /** Entries that have no place in the chain yet. */
  readonly unsealed: number;
}
