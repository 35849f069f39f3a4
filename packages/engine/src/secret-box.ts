/**
 * Seals texts by AES-256-GCM under a ring of keys: the first seals, all of them open, so that keys can follow one
 * another. The sealed form, `v1.<name of the key>.<nonce>.<content>`, names its key, and is bound to its place (as
 * workspace, object, record, field): moved elsewhere, it doesn't open.
 *
 * To change a key: put the new one in front, re-seal what is not `isCurrent`, then take the old one away.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const TAG_BYTES = 16;
const NONCE_BYTES = 12;
const VERSION = 'v1';

export interface SecretBox {
  /** Names of the keys, the sealing one first. A name says which key it is, and nothing about it. */
  readonly keyNames: readonly [string, ...string[]];
  /** What everything sealed today begins with, for finding in the database what does not. */
  readonly currentPrefix: string;
  seal(text: string, place: string): string;
  /** @throws Error when the key is gone, the text was altered or it is of another place */
  open(sealed: string, place: string): string;
  isCurrent(sealed: string): boolean;
  /** The same secret under the sealing key; a text that is sealed by it already is given back as it is. @throws as `open` */
  reseal(sealed: string, place: string): string;
}

/** `keys` of 32 bytes each; the first seals. A key that is named twice counts once. */
export function createSecretBox(keys: readonly [Buffer, ...Buffer[]]): SecretBox {
  for (const key of keys) if (key.length !== 32) throw new TypeError('A key for secrets has 32 bytes.');
  const byName = new Map(keys.map((key) => [nameOf(key), key]));
  const current = nameOf(keys[0]);
  const currentPrefix = `${VERSION}.${current}.`;

  function seal(text: string, place: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, keys[0], nonce, { authTagLength: TAG_BYTES }).setAAD(
      Buffer.from(place),
    );
    const content = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${currentPrefix}${nonce.toString('base64url')}.${content.toString('base64url')}`;
  }

  function open(sealed: string, place: string): string {
    const [version, name = '', nonce = '', content = ''] = sealed.split('.');
    const key = byName.get(name);
    if (version !== VERSION || !key)
      throw new Error('The key that sealed this secret is not among the keys.');
    const bytes = Buffer.from(content, 'base64url');
    // A shorter tag would be easier to guess, and Node takes one unless it is told how long tags are.
    if (bytes.length < TAG_BYTES) throw new Error('The sealed text is cut off.');
    const decipher = createDecipheriv(ALGORITHM, key, Buffer.from(nonce, 'base64url'), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(Buffer.from(place))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8');
  }

  const isCurrent = (sealed: string) => sealed.startsWith(currentPrefix);
  return {
    keyNames: [...byName.keys()] as [string, ...string[]],
    currentPrefix,
    seal,
    open,
    isCurrent,
    reseal: (sealed, place) => (isCurrent(sealed) ? sealed : seal(open(sealed, place), place)),
  };
}

function nameOf(key: Buffer): string {
  return createHash('sha256').update('trellis key name').update(key).digest('hex').slice(0, 8);
}
