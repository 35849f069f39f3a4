/**
 * Texts of a CSV that a spreadsheet would run as formulas go out behind an apostrophe, and come in without it
 * (docs/decisions/0040-texts-that-look-like-formulas.md). Taking off what was put on gives every text back, those that
 * begin with apostrophes of their own included.
 */

/** What a spreadsheet may take for the beginning of a formula; the wide forms are those of East Asian keyboards. */
const FORMULA = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const APOSTROPHE = 0x27;

/** A text for a cell of CSV. Numbers, dates and the like are not for it: they stay as they are. */
export function guardText(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** The text that `guardText` was given. */
export function unguardText(cell: string): string {
  return cell.charCodeAt(0) === APOSTROPHE && FORMULA.test(cell) ? cell.slice(1) : cell;
}
