/** Texts of formatted text fields: a namespace of its own, loaded with the first one. */
import { useTranslation } from 'react-i18next';
import { addMessages } from '../../i18n.ts';

const richEn = {
  toolbar: 'Formatting of {{label}}',
  bold: 'Bold',
  italic: 'Italic',
  underline: 'Underline',
  strike: 'Strike through',
  heading: 'Heading',
  bullets: 'Bulleted list',
  numbers: 'Numbered list',
  quote: 'Quote',
  link: 'Link',
  linkAddress: 'Address of the link',
  clear: 'Remove formatting',
} as const;

declare module '../../i18n.ts' {
  interface MessageCatalogues {
    rich: typeof richEn;
  }
}
addMessages('rich', 'en', richEn);

export function useMessages() {
  return useTranslation('rich').t;
}
