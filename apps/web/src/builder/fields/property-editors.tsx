/**
 * One editor per property of a field's body. Which of them a field shows is the field type's to say (`properties`);
 * nothing here asks for a type by name.
 */
import { Input, NumberInput, Select, Switch, TagsInput, TextInput } from '@mantine/core';
import type { Bodies } from '@trellis/metadata';
import { type ReactNode, useMemo } from 'react';
import { useMessages } from '../messages.ts';
import { AutoNumberPreview } from './AutoNumberPreview.tsx';
import type { FieldFault } from './check-field.ts';
import { countryChoices, currencyChoices } from './code-lists.ts';
import { DependsOnEditor } from './DependsOnEditor.tsx';
import type { FieldChange } from './FieldForm.tsx';
import { DisplayAsEditor, FormulaProperty } from './FormulaProperty.tsx';
import { JunctionEditor } from './JunctionEditor.tsx';
import { OnDeleteEditor, ParentEditor, TargetEditor, TreeEditor } from './LookupEditors.tsx';
import { OptionsProperty } from './OptionsProperty.tsx';
import { RelatedEditor } from './RelatedEditor.tsx';
import { RollupEditor } from './RollupEditor.tsx';
import { SchemaEditor } from './SchemaEditor.tsx';
import { TransitionsEditor } from './TransitionsEditor.tsx';

export type FieldBody = Bodies['field'];

export interface PropertyEditorProps {
  readonly object: string;
  /** Short name of the field; empty while a new one has none. */
  readonly name: string;
  readonly body: FieldBody;
  readonly fault: string | undefined;
  readonly faults: readonly FieldFault[];
  readonly change: FieldChange;
  set<P extends keyof FieldBody>(property: P, value: FieldBody[P] | undefined): void;
}

interface PropertyEditor {
  readonly Input: (props: PropertyEditorProps) => ReactNode;
  /** Takes the whole width of the form. */
  readonly isWide?: boolean;
}

interface NumberLimits {
  readonly min?: number;
  readonly max?: number;
  readonly isWhole?: boolean;
}
type NumberProperty = 'max_size' | 'max_length' | 'min' | 'max' | 'precision' | 'scale';

const NUMBER_LIMITS: Readonly<Record<NumberProperty, NumberLimits>> = {
  max_size: { min: 0.001, max: 10_000 },
  max_length: { min: 1, max: 1_000_000, isWhole: true },
  precision: { min: 1, max: 15, isWhole: true },
  scale: { min: 0, max: 14, isWhole: true },
  min: {},
  max: {},
};

function NumberProperty({ property, body, set, fault }: PropertyEditorProps & { property: NumberProperty }) {
  const t = useMessages();
  const { isWhole = false, ...range } = NUMBER_LIMITS[property];
  return (
    <NumberInput
      label={t(`property.${property}.label`)}
      description={t(`property.${property}.help`)}
      value={body[property] ?? ''}
      error={fault}
      {...range}
      allowDecimal={!isWhole}
      onChange={(value) => set(property, typeof value === 'number' ? value : undefined)}
    />
  );
}

type TextProperty = 'pattern' | 'reverse_name' | 'reverse_label' | 'language';

function TextProperty(props: PropertyEditorProps & { property: TextProperty; isCode?: boolean }) {
  const t = useMessages();
  const { property, body, set, fault, isCode = false } = props;
  return (
    <TextInput
      label={t(`property.${property}.label`)}
      description={t(`property.${property}.help`)}
      value={body[property] ?? ''}
      error={fault}
      spellCheck={!isCode}
      onChange={(event) => set(property, event.currentTarget.value || undefined)}
      {...(isCode ? { styles: { input: { fontFamily: 'var(--mantine-font-family-monospace)' } } } : {})}
    />
  );
}

interface CodePropertyProps extends PropertyEditorProps {
  readonly property: 'currency' | 'default_country';
  readonly choices: () => { value: string; label: string }[];
}

function CodeProperty({ property, choices, body, set, fault }: CodePropertyProps) {
  const t = useMessages();
  const data = useMemo(choices, [choices]);
  return (
    <Select
      label={t(`property.${property}.label`)}
      description={t(`property.${property}.help`)}
      placeholder={t(`property.${property}.none`)}
      searchable
      clearable
      limit={60}
      nothingFoundMessage={t('action.nothingFound')}
      data={data}
      value={body[property] ?? null}
      error={fault}
      onChange={(value) => set(property, value ?? undefined)}
    />
  );
}

function FormatEditor({ body, set, fault }: PropertyEditorProps) {
  const t = useMessages();
  const format = body.format ?? '';
  return (
    <TextInput
      label={t('property.format.label')}
      description={
        fault === undefined && format !== '' ? (
          <AutoNumberPreview format={format} />
        ) : (
          t('property.format.help')
        )
      }
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      required
      spellCheck={false}
      value={format}
      error={fault}
      onChange={(event) => set('format', event.currentTarget.value || undefined)}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
    />
  );
}

/** One address or number, or several of them in one field. */
function MultipleEditor({ body, set, fault }: PropertyEditorProps) {
  const t = useMessages();
  return (
    <Input.Wrapper label={t('property.multiple.label')} labelElement="div" error={fault} size="xs">
      <Switch
        mt={6}
        label={t('property.multiple.switch')}
        description={t('property.multiple.help')}
        checked={body.multiple ?? false}
        onChange={(event) => set('multiple', event.currentTarget.checked || undefined)}
      />
    </Input.Wrapper>
  );
}

/** Media types as tags: common ones are offered, others are typed. */
function AcceptEditor({ body, set, fault, faults }: PropertyEditorProps) {
  const t = useMessages();
  return (
    <TagsInput
      label={t('property.accept.label')}
      description={t('property.accept.help')}
      data={MEDIA_TYPES}
      splitChars={[',', ' ', ';']}
      clearable
      value={[...(body.accept ?? [])]}
      error={faults.find((each) => each.pointer.startsWith('/accept'))?.message ?? fault}
      onChange={(types) => set('accept', types.length === 0 ? undefined : types)}
    />
  );
}

const MEDIA_TYPES = [
  'application/pdf',
  'image/*',
  'image/png',
  'image/jpeg',
  'text/csv',
  'text/plain',
  'audio/*',
  'video/*',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
];

/** Properties without an entry here are edited by another one (`option_set` with `options`) or not live yet. */
export const PROPERTY_EDITORS: { readonly [P in keyof FieldBody]?: PropertyEditor } = {
  options: { Input: OptionsProperty, isWide: true },
  transitions: { Input: TransitionsEditor, isWide: true },
  depends_on: { Input: DependsOnEditor, isWide: true },
  formula: { Input: FormulaProperty, isWide: true },
  display_as: { Input: DisplayAsEditor },
  related: { Input: RelatedEditor, isWide: true },
  rollup: { Input: RollupEditor, isWide: true },
  to: { Input: TargetEditor, isWide: true },
  through: { Input: JunctionEditor, isWide: true },
  parent: { Input: ParentEditor },
  tree: { Input: TreeEditor },
  on_delete: { Input: OnDeleteEditor },
  reverse_label: { Input: (props) => <TextProperty {...props} property="reverse_label" /> },
  reverse_name: { Input: (props) => <TextProperty {...props} property="reverse_name" isCode /> },
  max_length: { Input: (props) => <NumberProperty {...props} property="max_length" /> },
  pattern: { Input: (props) => <TextProperty {...props} property="pattern" isCode /> },
  precision: { Input: (props) => <NumberProperty {...props} property="precision" /> },
  scale: { Input: (props) => <NumberProperty {...props} property="scale" /> },
  min: { Input: (props) => <NumberProperty {...props} property="min" /> },
  max: { Input: (props) => <NumberProperty {...props} property="max" /> },
  currency: { Input: (props) => <CodeProperty {...props} property="currency" choices={currencyChoices} /> },
  multiple: { Input: MultipleEditor },
  default_country: {
    Input: (props) => <CodeProperty {...props} property="default_country" choices={countryChoices} />,
  },
  json_schema: { Input: SchemaEditor, isWide: true },
  accept: { Input: AcceptEditor },
  max_size: { Input: (props) => <NumberProperty {...props} property="max_size" /> },
  language: { Input: (props) => <TextProperty {...props} property="language" isCode /> },
  format: { Input: FormatEditor, isWide: true },
};
