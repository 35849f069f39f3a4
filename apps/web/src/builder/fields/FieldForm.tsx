/**
 * The options of a field, driven by the facets of its type: the properties that the type lists, then the ones that
 * all types share as far as they mean something for it. Used for a new field and for one that exists.
 */
import { Checkbox, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import type { Bodies } from '@trellis/metadata';
import { ENCRYPTED, type FieldType, typeOfBody } from '@trellis/model';
import type { ReactNode } from 'react';
import { useMessages } from '../messages.ts';
import { useFault } from '../parts/Fault.tsx';
import { withProperty } from '../useComponent.ts';
import { type FieldFault, faultText } from './check-field.ts';
import { DefaultEditor } from './DefaultEditor.tsx';
import classes from './FieldForm.module.css';
import { type FieldBody, PROPERTY_EDITORS, type PropertyEditorProps } from './property-editors.tsx';
import { WhenEditor, type WhenProperty } from './WhenEditor.tsx';

export type FieldChange = (change: (body: Bodies['field']) => Bodies['field'], tag?: string) => void;

interface FieldFormProps {
  readonly object: string;
  readonly name: string;
  readonly body: Bodies['field'];
  readonly faults: readonly FieldFault[];
  readonly onChange: FieldChange;
}

export function FieldForm({ object, name, body, faults, onChange }: FieldFormProps) {
  const t = useMessages();
  const type = typeOfBody(body);
  const set: PropertyEditorProps['set'] = (property, value) =>
    onChange((current) => withProperty(current, property, value), property);
  const editors = (type?.properties ?? []).flatMap((property) => {
    const Editor = PROPERTY_EDITORS[property];
    return Editor === undefined ? [] : [{ property, Editor }];
  });
  const common = { object, name, body, set, change: onChange, faults };
  const propertiesOf = (group: FieldGroup) => {
    const own = editors.filter(({ property }) => (GROUP_OF[property] ?? 'type') === group);
    const small = own.filter(({ Editor }) => !Editor.isWide);
    return (
      <>
        {own
          .filter(({ Editor }) => Editor.isWide)
          .map(({ property, Editor }) => (
            <AtPointer key={property} at={`/${property}`} isDeep faults={faults}>
              {(fault) => <Editor.Input {...common} fault={fault} />}
            </AtPointer>
          ))}
        {small.length > 0 && (
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
            {small.map(({ property, Editor }) => (
              <AtPointer key={property} at={`/${property}`} faults={faults}>
                {(fault) => <Editor.Input {...common} fault={fault} />}
              </AtPointer>
            ))}
          </SimpleGrid>
        )}
      </>
    );
  };
  const flags = (group: FieldGroup) => {
    const own = type === undefined ? [] : flagsOf(type).filter((flag) => FLAG_GROUP[flag] === group);
    if (own.length === 0) return null;
    return (
      <div className={classes.flags}>
        {own.map((flag) => (
          <AtPointer key={flag} at={`/${flag}`} faults={faults}>
            {(fault) => (
              <Checkbox
                label={t(`flag.${flag}.label`)}
                description={t(`flag.${flag}.help`)}
                error={fault}
                checked={body[flag] ?? false}
                onChange={(event) => set(flag, event.currentTarget.checked || undefined)}
              />
            )}
          </AtPointer>
        ))}
      </div>
    );
  };
  const when = (property: WhenProperty) => (
    <AtPointer key={property} at={`/${property}`} isDeep faults={faults}>
      {(fault) => (
        <WhenEditor
          object={object}
          property={property}
          condition={body[property]}
          error={fault}
          onChange={(condition) => set(property, condition as FieldBody[WhenProperty])}
        />
      )}
    </AtPointer>
  );
  const isWritten = type !== undefined && !type.isReadOnly;
  const hasValidation =
    isWritten ||
    editors.some(({ property }) => GROUP_OF[property] === 'validation') ||
    (type !== undefined && flagsOf(type).some((flag) => FLAG_GROUP[flag] === 'validation'));
  const hasAdvanced = type !== undefined && flagsOf(type).some((flag) => FLAG_GROUP[flag] === 'advanced');

  return (
    <Stack gap="lg">
      {propertiesOf('type')}
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
        <AtPointer at="/help" faults={faults}>
          {(fault) => (
            <Textarea
              label={t('field.help')}
              description={t('field.helpHelp')}
              autosize
              minRows={1}
              maxRows={5}
              maxLength={1000}
              error={fault}
              value={body.help ?? ''}
              onChange={(event) => set('help', event.currentTarget.value || undefined)}
            />
          )}
        </AtPointer>
        {type !== undefined && hasPlaceholder(type) && (
          <AtPointer at="/placeholder" faults={faults}>
            {(fault) => (
              <TextInput
                label={t('field.placeholder')}
                description={t('field.placeholderHelp')}
                maxLength={200}
                error={fault}
                value={body.placeholder ?? ''}
                onChange={(event) => set('placeholder', event.currentTarget.value || undefined)}
              />
            )}
          </AtPointer>
        )}
      </SimpleGrid>
      {hasValidation && (
        <FormGroup title={t('field.group.validation')}>
          {flags('validation')}
          {propertiesOf('validation')}
          {isWritten && when('required_when')}
        </FormGroup>
      )}
      <FormGroup title={t('field.group.behaviour')}>
        {type !== undefined && (
          <DefaultEditor object={object} name={name} type={type} body={body} faults={faults} set={set} />
        )}
        {when('visible_when')}
        {isWritten && when('read_only_when')}
        {flags('behaviour')}
      </FormGroup>
      {hasAdvanced && <FormGroup title={t('field.group.advanced')}>{flags('advanced')}</FormGroup>}
    </Stack>
  );
}

type FieldGroup = 'type' | 'validation' | 'behaviour' | 'advanced';

/** Where a property stands; those that are not named make the type what it is, and stand first. */
const GROUP_OF: { readonly [P in keyof FieldBody]?: FieldGroup } = {
  max_length: 'validation',
  pattern: 'validation',
  min: 'validation',
  max: 'validation',
  json_schema: 'validation',
};
const FLAG_GROUP: Readonly<Record<Flag, FieldGroup>> = {
  required: 'validation',
  unique: 'validation',
  set_once: 'behaviour',
  no_copy: 'behaviour',
  indexed: 'advanced',
  searchable: 'advanced',
  encrypted: 'advanced',
};

function FormGroup({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.group} aria-label={title}>
      <h3 className={classes.groupTitle}>{title}</h3>
      <Stack gap="md">{children}</Stack>
    </section>
  );
}

/** An input at its place in the body: with the faults told here and those told by the server. */
function AtPointer(props: {
  at: string;
  isDeep?: boolean;
  faults: readonly FieldFault[];
  children: (fault: string | undefined) => ReactNode;
}) {
  const server = useFault(props.at, props.isDeep);
  const local = faultText(props.faults, props.at, props.isDeep);
  return <div data-pointer={props.at}>{props.children(local ?? server)}</div>;
}

type Flag = 'required' | 'unique' | 'indexed' | 'searchable' | 'encrypted' | 'set_once' | 'no_copy';

/** Which yes-or-no properties mean something for a type, told by its facets. */
function flagsOf(type: FieldType): readonly Flag[] {
  const isScalar = type.column?.index === 'btree';
  const isList = type.column?.entry !== undefined;
  const isChoice = type.valueType === 'option' || type.valueType === 'boolean';
  return [
    ...(type.column !== undefined && !type.isReadOnly && type.valueType !== 'boolean'
      ? (['required'] as const)
      : []),
    ...((isScalar || isList) && !isChoice && !type.isReadOnly ? (['unique'] as const) : []),
    // A link is always indexed: the database follows it when its target goes.
    ...(type.column !== undefined && type.column.index !== 'none' && type.valueType !== 'id'
      ? (['indexed'] as const)
      : []),
    ...((type.valueType === 'text' && !type.isEncrypted) || isList ? (['searchable'] as const) : []),
    ...(ENCRYPTED.has(type.name) && !isList ? (['encrypted'] as const) : []),
    ...(type.isReadOnly || type.column === undefined ? [] : (['set_once', 'no_copy'] as const)),
  ];
}

function hasPlaceholder(type: FieldType): boolean {
  return (
    !type.isReadOnly &&
    (type.valueType === 'text' || type.valueType === 'number' || type.valueType === 'option')
  );
}
