/** Views that people keep for themselves: what the face of the engine says of them. */
import type { CompiledObject, CompiledView } from '@trellis/model';
import type { Context } from '../engine.ts';

/** Something of a view that is not shown any more: its field was deleted or hidden since. */
export interface MissingPart {
  readonly part: 'column' | 'filter' | 'sort' | 'group_by';
  /** As it was called when the view was saved; null: that is not known any more. */
  readonly label: string | null;
}

export interface OwnView {
  readonly id: string;
  readonly object: CompiledObject;
  /** What is left of it for its owner. Its name is the id. */
  readonly view: CompiledView;
  readonly missing: readonly MissingPart[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface OwnViews {
  /** The oldest first. */
  readonly views: readonly OwnView[];
  /** Which view of the object opens first for the caller: the name of one of the metadata or the id of one of these; null: none was chosen. */
  readonly first: string | null;
}

/**
 * The caller's own views. Each method may throw `unknown_object`; those that write `read_only_view`, and `forbidden` for the platform,
 * which has none. A view of somebody else is `unknown_view`.
 */
export interface OwnViewDesk {
  list(context: Context, object: string): Promise<OwnViews>;
  get(context: Context, object: string, id: string): Promise<OwnView>;
  /** In: the body of a view. Throws `invalid_input` with all faults. */
  add(context: Context, object: string, body: unknown): Promise<OwnView>;
  /** In: properties of the body; null takes one away. Only these are checked. */
  change(context: Context, object: string, id: string, change: unknown): Promise<OwnView>;
  /** `restore` brings it back for a day. */
  remove(context: Context, object: string, id: string): Promise<void>;
  restore(context: Context, object: string, id: string): Promise<OwnView>;
  /** Has a view open first: the name of one of the metadata or the id of an own one; null: the object's default again. */
  setFirst(context: Context, object: string, view: string | null): Promise<void>;
}
