/** Views that people keep for themselves, as they go over the wire. */
import type { OwnViewDescription } from '@trellis/forms';

/** A view as it opens for its owner: as in `GET /describe/{object}`. */
export type OwnViewResponse = OwnViewDescription;

export interface OwnViewsResponse {
  readonly views: readonly OwnViewResponse[];
  /** What opens first: the name of a view or the id of an own one; null: none was chosen. */
  readonly default: string | null;
}

/** A view’s body (docs/schemas), without `is_default` and `shared_with`. */
export interface OwnViewBody {
  readonly label: string;
  readonly columns: readonly string[];
  readonly icon?: string;
  readonly mode?: string;
  /** JSON Logic. */
  readonly filter?: unknown;
  readonly sort?: readonly string[];
  readonly group_by?: string;
}

/** What is absent stays as it is; null takes it away. */
export type OwnViewChangeBody = { readonly [P in keyof OwnViewBody]?: OwnViewBody[P] | null };
