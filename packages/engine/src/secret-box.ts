/**
 * Seals texts by AES-256-GCM. The sealed form names its key, so that keys can follow one another: the first key seals,
 * all of them open. It is bound to its place (workspace, object, record, field): moved elsewhere, it doesn't open.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const TAG_BYTES = 16;

export interface SecretBox {
  seal(text: string, place: string): string;
  /** @throws Error when the key is gone, the text was altered or it is of another place */
  open(sealed: string, place: string): string;
}

/** `keys` of 32 bytes each; the first seals. */
export function createSecretBox(keys: readonly [Buffer, ...Buffer[]]): SecretBox {
  for (const key of keys) if (key.length !== 32) throw new TypeError('A key for secrets has 32 bytes.');
  const byName = new Map(keys.map((key) => [nameOf(key), key]));
  return {
    seal(text, place) {
      const iv = randomBytes(12);
      const cipher = createCipheriv(ALGORITHM, keys[0], iv).setAAD(Buffer.from(place));
      const content = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return ['v1', nameOf(keys[0]), iv.toString('base64url'), content.toString('base64url')].join('.');
    },
    open(sealed, place) {
      const [version, name = '', iv = '', content = ''] = sealed.split('.');
      const key = byName.get(name);
      if (version !== 'v1' || !key) throw new Error('The key that sealed this secret is not among the keys.');
      const bytes = Buffer.from(content, 'base64url');
      const decipher = createDecipheriv(ALGORITHM, key, Buffer.from(iv, 'base64url'))
        .setAAD(Buffer.from(place))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString(
        'utf8',
      );
    },
  };
}

/** Says which key it is, and nothing about it. */
function nameOf(key: Buffer): string {
  return createHash('sha256').update('trellis key name').update(key).digest('hex').slice(0, 8);
}
