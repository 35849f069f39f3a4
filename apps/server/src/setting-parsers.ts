/** What texts of the environment may be. Each throws `Error` with the end of the sentence "VARIABLE must be …". */

export function wholeNumber(least: number, most: number) {
  return (text: string): number => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) throw new Error(`a whole number from ${least} to ${most}`);
    return value;
  };
}

export function oneOf<const T extends readonly string[]>(values: T) {
  return (text: string): T[number] => {
    if (!values.includes(text)) throw new Error(`one of ${values.join(', ')}`);
    return text as T[number];
  };
}

export function yesOrNo(text: string): boolean {
  if (['1', 'true', 'yes', 'on'].includes(text.toLowerCase())) return true;
  if (['0', 'false', 'no', 'off'].includes(text.toLowerCase())) return false;
  throw new Error('1 or 0');
}

/** Whether the text has the shape of an address; whether mail arrives there, only a mail could tell. */
export function isEmail(text: string): boolean {
  return text.length <= 254 && /^[^\s@"<>,;:()[\]\\]{1,64}@[^\s@"<>,;:()[\]\\]+$/.test(text.trim());
}

/** Texts between commas, without blanks around them. */
export function commaList(text: string): readonly string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
