/** Texts of the first visit to a new installation: a namespace of its own, loaded with it. */
import { useTranslation } from 'react-i18next';
import { addMessages } from '../i18n.ts';

const firstRunEn = {
  title: 'Welcome to Trellis',
  text: 'This installation is new. Make the administrator who sets everything else up.',
  name: 'Your name',
  passwordRule: 'At least {{minimum}} characters. A few words you remember are best.',
  submit: 'Create administrator',
} as const;

declare module '../i18n.ts' {
  interface MessageCatalogues {
    firstRun: typeof firstRunEn;
  }
}
addMessages('firstRun', 'en', firstRunEn);

export function useMessages() {
  return useTranslation('firstRun').t;
}
