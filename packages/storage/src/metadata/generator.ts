/**
 * Which generator made what is generated in a workspace: functions and triggers, and the columns and indexes that its
 * metadata asks for. A publish makes only what it touches, so what an older version of Trellis made is told by a number,
 * compared when metadata is loaded, and made anew where it is lower (`renew-storage.ts`).
 */
import type pg from 'pg';
import type { DatabaseFeatures } from '../capabilities.ts';
import { queryObjects } from '../connections.ts';

/**
 * Raised by one with every change of what is generated for the same metadata: the text of a function or trigger, the source
 * or type of a column, the definition of an index, which of them there are. `generator.test.ts` says when.
 */
export const GENERATOR = 8;

/** What of the database the statements hang on. */
export function featuresText({
  hasIcu,
  hasTrigram,
  trigramSchema,
}: Pick<DatabaseFeatures, 'hasIcu' | 'hasTrigram' | 'trigramSchema'>): string {
  return [hasIcu ? 'icu' : '', hasTrigram ? `trigram in ${trigramSchema ?? 'public'}` : '']
    .filter((each) => each !== '')
    .join(', ');
}

/**
 * SQL over a row of `platform.workspace`: something of it was made by another generator. Not one that a newer version has
 * made: this one would only take it back. A workspace without a revision has nothing.
 */
export function isOutdated(features: DatabaseFeatures): {
  readonly text: string;
  readonly values: unknown[];
} {
  return {
    text: `(revision > 0 and generator <= $1 and (generator, generated_with, generated_revision) is distinct from ($1, $2, revision))`,
    values: [GENERATOR, featuresText(features)],
  };
}

/**
 * Notes a publish, before its revision is written: a workspace that was whole stays so, and one that was empty is. One that
 * somebody else has made stays to be made anew.
 */
export async function noteGenerated(
  client: pg.ClientBase,
  workspaceId: string,
  revision: number,
  features: DatabaseFeatures,
): Promise<void> {
  await queryObjects(
    client,
    `update platform.workspace set generator = $3, generated_with = $4, generated_revision = $2
      where id = $1 and (revision = 0 or (generator, generated_with, generated_revision) = ($3, $4, revision))`,
    [workspaceId, revision, GENERATOR, featuresText(features)],
  );
}
