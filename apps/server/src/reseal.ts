/**
 * Seals what the platform keeps for itself (second factors, ID tokens) with the newest key: at each start and once an hour,
 * so that after a change of key nothing is left to be remembered. Secrets in records have a job of their own.
 */
import type { SecretBox } from '@trellis/engine';
import { placeOfIdToken, placeOfSecondFactor } from '@trellis/identity';
import type { SealedRow, Storage } from '@trellis/storage';

const BATCH = 500;

const PLACE: { readonly [kind in SealedRow['kind']]: (id: string) => string } = {
  id_token: placeOfIdToken,
  pending_second_factor: placeOfSecondFactor,
  second_factor: placeOfSecondFactor,
};

/** How many were sealed anew, and how many no key opens. A kill in between costs nothing. */
export async function resealPlatformSecrets(
  { sealed }: Pick<Storage, 'sealed'>,
  secrets: SecretBox,
): Promise<{ readonly resealed: number; readonly lost: number }> {
  let resealed = 0;
  let lost = 0;
  let after: SealedRow | undefined;
  for (;;) {
    const rows = await sealed.sealedOtherwise(secrets.currentPrefix, BATCH, after);
    for (const row of rows) {
      const renewed = tryToReseal(secrets, row);
      if (renewed === undefined) lost += 1;
      else {
        await sealed.replaceSealed(row, renewed);
        resealed += 1;
      }
    }
    if (rows.length < BATCH) return { resealed, lost };
    after = rows.at(-1);
  }
}

function tryToReseal(secrets: SecretBox, { kind, id, sealed }: SealedRow): string | undefined {
  try {
    return secrets.reseal(sealed, PLACE[kind](id));
  } catch {
    return undefined;
  }
}

interface Log {
  info(message: string): void;
  warn(message: string): void;
}

/** Does it, and tells the operator when the older keys are needed no more, or are missing already. */
export async function keepSecretsCurrent(
  storage: Pick<Storage, 'sealed'>,
  secrets: SecretBox | undefined,
  log: Log,
): Promise<void> {
  if (!secrets) return;
  const { resealed, lost } = await resealPlatformSecrets(storage, secrets);
  const [name] = secrets.keyNames;
  if (resealed > 0) log.info(`${resealed} secrets of the platform were sealed with the key ${name}.`);
  if (lost > 0)
    log.warn(
      `${lost} secrets of the platform (second factors, sign-ins) open with none of the keys that are given.`,
    );
}
