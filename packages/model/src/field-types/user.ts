/** A link to a user of the workspace. */
import type { FieldType } from '../field-type.ts';
import { lookup } from './lookup.ts';

export const user = {
  ...lookup,
  name: 'user',
  label: 'User',
  description: 'A person of this workspace: an approver, an account manager.',
  icon: 'user',
  properties: ['on_delete', 'reverse_name', 'reverse_label'],
  widget: 'user',
  check: (body) =>
    body.required && body.on_delete === 'clear'
      ? [
          {
            code: 'conflicting_properties',
            pointer: '/on_delete',
            message: 'A required user can not be cleared.',
          },
        ]
      : [],
} as const satisfies FieldType;
