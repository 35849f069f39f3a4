/** English texts of the builder, one file per room in `messages/`. Keys name the place, then the text. */
import { apps } from './messages/apps.ts';
import { expressions } from './messages/expressions.ts';
import { fieldProperties } from './messages/field-properties.ts';
import { fields } from './messages/fields.ts';
import { layouts } from './messages/layouts.ts';
import { names } from './messages/names.ts';
import { objects } from './messages/objects.ts';
import { publish } from './messages/publish.ts';
import { shell } from './messages/shell.ts';
import { storage } from './messages/storage.ts';
import { teams } from './messages/teams.ts';
import { views } from './messages/views.ts';

export const builderEn = {
  ...shell,
  ...names,
  ...publish,
  ...objects,
  ...fields,
  ...fieldProperties,
  ...expressions,
  ...layouts,
  ...views,
  ...apps,
  ...teams,
  ...storage,
} as const;
