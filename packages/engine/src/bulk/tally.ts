/** What came of the records of a group: counts by name, and a line for each record that something is to be said about. */
import type { JsonValue } from '@trellis/model';
import type { Rejection } from '@trellis/storage';
import type { InputError } from '../engine.ts';

export interface Remark {
  readonly object: string;
  readonly id: string;
  readonly errors: readonly InputError[];
}

/** Why records were refused, as people ask: how many for this reason. */
export type Reason = {
  readonly code: string;
  readonly pointer: string;
  /** As it was said of the first one. */
  readonly message: string;
  readonly count: number;
};

/** Reasons that are told apart. */
const MAX_REASONS = 50;

export class Tally {
  readonly counts: Record<string, number>;
  readonly reasons: Map<string, Reason>;
  readonly remarks: Remark[] = [];

  constructor(counts: Readonly<Record<string, number>> = {}, reasons: readonly Reason[] = []) {
    this.counts = { ...counts };
    this.reasons = new Map(reasons.map((reason) => [keyOf(reason), reason]));
  }

  /** A tally that goes on from this one; this one stays as it is until the other is committed. */
  next(): Tally {
    return new Tally(this.counts, this.reasonList);
  }

  get reasonList(): readonly Reason[] {
    return [...this.reasons.values()];
  }

  add(name: string, count = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + count;
  }

  /** Something is to be said about a record: that it was refused, or what of it was left as it is. */
  remark(remark: Remark): void {
    this.remarks.push(remark);
    const [first] = remark.errors;
    if (!first) return;
    const { code, pointer, message } = first;
    const known = this.reasons.get(keyOf(first));
    if (known || this.reasons.size < MAX_REASONS)
      this.reasons.set(keyOf(first), { code, pointer, message, ...known, count: (known?.count ?? 0) + 1 });
  }

  refuse(remark: Remark): void {
    this.add('failed');
    this.remark(remark);
  }

  /** The remarks as lines of the job, numbered after those that it has. */
  rejections(after: number): readonly Rejection[] {
    return this.remarks.map(({ object, id, errors }, index) => ({
      number: after + index + 1,
      line: after + index + 1,
      cells: { object, id },
      errors: errors as unknown as JsonValue,
    }));
  }
}

function keyOf({ code, pointer }: { readonly code: string; readonly pointer: string }): string {
  return `${code} ${pointer}`;
}
