/** The words of rich text. Apart from the type, so that lists can have it without the cleaner. */

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  nbsp: ' ',
};

const LINE_ENDS = /<(?:\/(?:p|li|h[1-4]|tr|blockquote|pre)|br ?\/?)>/g;
const TAGS = /<[^<>]*>/g;

/** What a search in rich text looks at. Storage says the same in SQL (`searchedText`): change both or neither. */
export function searchedText(html: string): string {
  return html
    .replaceAll(LINE_ENDS, ' ')
    .replaceAll(TAGS, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

/** `<p>One <b>two</b></p>` → `One two`. For showing on one line; never for putting into a page as HTML. */
export function plainText(html: string): string {
  return html
    .replaceAll(LINE_ENDS, ' ')
    .replaceAll(TAGS, '')
    .replaceAll(/&(amp|lt|gt|quot|#39|nbsp);/g, (whole, name: string) => ENTITIES[name] ?? whole)
    .replaceAll(/\s+/g, ' ')
    .trim();
}
