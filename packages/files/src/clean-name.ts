/** Longer names are cut in the middle of their stem, so that the ending stays. */
const MOST_CHARACTERS = 150;

/**
 * The name of a file as it is kept: its last segment, without control characters and those that change the direction
 * of writing (by which `exe.fdp` reads `pdf.exe`), and without points and spaces at either end.
 */
export function cleanName(given: string): string {
  const name = (given.split(/[\\/]/).at(-1) ?? '')
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
    .replaceAll(/[<>:"|?*]/g, '_')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/^[. ]+|[. ]+$/g, '');
  if (name === '') return 'file';
  const characters = Array.from(name);
  if (characters.length <= MOST_CHARACTERS) return name;
  const ending = /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? '';
  return `${characters.slice(0, MOST_CHARACTERS - ending.length).join('')}${ending}`;
}
