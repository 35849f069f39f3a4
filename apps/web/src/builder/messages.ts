/** The builder's namespace of messages, typed from its English catalogue. */
import { useTranslation } from 'react-i18next';
import { addMessages } from '../i18n.ts';
import { builderEn } from './messages-en.ts';

declare module '../i18n.ts' {
  interface MessageCatalogues {
    builder: typeof builderEn;
  }
}

addMessages('builder', 'en', builderEn);

export function useMessages() {
  return useTranslation('builder').t;
}

export type Translate = ReturnType<typeof useMessages>;
