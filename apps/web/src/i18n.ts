/**
 * Messages of the interface. Keys are typed from the English catalogue; a lazily loaded part (the builder) brings a
 * namespace of its own through `addMessages` and tells the types by extending `MessageCatalogues`:
 *
 *     declare module '../i18n.ts' { interface MessageCatalogues { builder: typeof builderEn } }
 */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './messages/en.ts';

export interface MessageCatalogues {
  main: typeof en;
}

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'main';
    resources: MessageCatalogues;
  }
}

void i18next.use(initReactI18next).init({
  lng: 'en',
  fallbackLng: 'en',
  defaultNS: 'main',
  ns: ['main'],
  resources: { en: { main: en } },
  interpolation: { escapeValue: false },
  // The catalogue is bundled: components can render at once.
  initAsync: false,
});

/** Adds the messages of a part that was loaded later. */
export function addMessages(namespace: string, language: string, messages: object): void {
  i18next.addResourceBundle(language, namespace, messages, true, false);
}

export { i18next };
