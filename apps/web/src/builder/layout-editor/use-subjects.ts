/** What a layout can show: fields, related lists and components, with their labels and icons. */
import { FIELD_TYPES } from '@trellis/model';
import { useMemo } from 'react';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { relatedListsOf } from '../metadata/catalogue.ts';
import { fieldChoices } from '../metadata/system-fields.ts';

export interface Subject {
  /** `field:amount` */
  readonly subject: string;
  readonly group: 'field' | 'related_list' | 'component';
  readonly label: string;
  readonly detail: string;
  readonly icon: string;
  readonly isRequired: boolean;
}

export function useSubjects(object: string): ReadonlyMap<string, Subject> {
  const t = useMessages();
  const { catalogue } = useBuilder();
  return useMemo(() => {
    const fields = fieldChoices(catalogue, object).map((field): Subject => {
      const type = FIELD_TYPES.get(field.type);
      return {
        subject: `field:${field.name}`,
        group: 'field',
        label: field.label === '' ? field.name : field.label,
        detail: type?.label ?? field.type,
        icon: type?.icon ?? 'cube',
        isRequired: field.body.required === true,
      };
    });
    const related = relatedListsOf(catalogue, object).map((list): Subject => {
      const source = catalogue.find('object', list.object)?.body;
      return {
        subject: `related_list:${list.lookup}`,
        group: 'related_list',
        label: list.label,
        detail: t('layout.relatedOf', { object: source?.label ?? list.object }),
        icon: source?.icon ?? 'list',
        isRequired: false,
      };
    });
    const history: Subject = {
      subject: 'component:history',
      group: 'component',
      label: t('layout.history'),
      detail: t('layout.component'),
      icon: 'history',
      isRequired: false,
    };
    return new Map([...fields, ...related, history].map((each) => [each.subject, each]));
  }, [catalogue, object, t]);
}
