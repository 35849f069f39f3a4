/**
 * Formatted text as HTML of a few harmless tags. The canonical form is the cleaned one, so that what is stored is
 * safe to show. Searching looks at the words alone as far as SQL can tell them from tags.
 */
import sanitize from 'sanitize-html';
import type { FieldType } from '../field-type.ts';
import { STORABLE_TEXT, sampleWords } from './facets.ts';
import { longText } from './long-text.ts';
import { plainText } from './rich-text-plain.ts';

const LONGEST = 131_072;
/** Cleaning twice is cleaning once but for the oddest of input; what still moves after this is kept as plain text. */
const MOST_ROUNDS = 4;
/** Deeper nesting than people write is only ever an attack on whoever reads it. */
const MOST_TAGS = 20_000;

const RULES: sanitize.IOptions = {
  allowedTags: [
    ...[
      'a',
      'b',
      'blockquote',
      'br',
      'code',
      'em',
      'h1',
      'h2',
      'h3',
      'h4',
      'hr',
      'i',
      'li',
      'ol',
      'p',
      'pre',
    ],
    ...['s', 'strong', 'sub', 'sup', 'u', 'ul', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  allowedAttributes: {
    a: ['href', 'title'],
    th: ['colspan', 'rowspan'],
    td: ['colspan', 'rowspan'],
    ol: ['start'],
  },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowProtocolRelative: false,
  disallowedTagsMode: 'discard',
  nestingLimit: 30,
  // Editors of browsers make lines of divs.
  transformTags: { div: 'p' },
};

export const richText = {
  ...longText,
  name: 'rich_text',
  label: 'Rich text',
  description: 'Formatted text: headings, lists, links, bold.',
  icon: 'text-size',
  column: { type: 'text', index: 'none', isMarkup: true },
  properties: ['max_length'],
  widget: 'rich_text',
  convertsTo: ['long_text', 'text'],
  check: () => [],
  valueSchema: (field) => ({
    type: 'string',
    minLength: 1,
    maxLength: field.body.max_length ?? LONGEST,
    pattern: STORABLE_TEXT,
  }),
  canonicalise: (value, field) => {
    if (typeof value !== 'string') return value;
    // What is too long is refused anyway, and cleaning it first would be work for nothing.
    if (value.length > 2 * (field.body.max_length ?? LONGEST) + 1000) return value.replaceAll('<', '&lt;');
    const clean = cleanRichText(value);
    return plainText(clean) === '' && !clean.includes('<hr') ? null : clean;
  },
  display: (value) => plainText(String(value)),
  sample: (random, field) => {
    const words = sampleWords(random, 4, Math.max(1, (field.body.max_length ?? LONGEST) - 7));
    return `<p>${words}</p>`;
  },
} as const satisfies FieldType;

/** HTML with nothing in it that could run, load or reach out of its place. */
export function cleanRichText(html: string): string {
  const text = html.normalize('NFC').replaceAll(/\r\n?/g, '\n').trim();
  if ((text.match(/</g) ?? []).length > MOST_TAGS) return escapeHtml(text);
  let before = text;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const after = sanitize(before, RULES).normalize('NFC').trim();
    if (after === before) return after;
    before = after;
  }
  return escapeHtml(plainText(before));
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
