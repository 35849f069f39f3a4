import { type ComponentType, Suspense } from 'react';
import { lazy } from '../../ui/lazy.tsx';
import { type WidgetName, widgetOf } from '../widget-names.ts';
import { AddressInput } from './AddressInput.tsx';
import { CodeInput, MarkdownInput } from './BlockInputs.tsx';
import { BooleanInput } from './BooleanInput.tsx';
import { ColorFieldInput } from './ColorFieldInput.tsx';
import { DateFieldInput, DateTimeFieldInput } from './DateInputs.tsx';
import { DateRangeInput } from './DateRangeInput.tsx';
import { DurationInput } from './DurationInput.tsx';
import { GeolocationInput } from './GeolocationInput.tsx';
import type { InputProps } from './input-props.ts';
import { JsonFieldInput } from './JsonFieldInput.tsx';
import { LookupInput } from './LookupInput.tsx';
import { MultiLookupInput } from './MultiLookupInput.tsx';
import { NumberFieldInput } from './NumberFieldInput.tsx';
import { OptionInput, OptionsInput } from './OptionInputs.tsx';
import { PersonNameInput } from './PersonNameInput.tsx';
import { RatingInput } from './RatingInput.tsx';
import { SecretInput } from './SecretInput.tsx';
import { SeveralInput } from './SeveralInput.tsx';
import { TagsFieldInput } from './TagsFieldInput.tsx';
import { LongTextInput, ShortTextInput } from './TextInputs.tsx';
import { TimeFieldInput } from './TimeFieldInput.tsx';

/** The input of a field: one for every widget there is. */
export function FieldInput(props: InputProps) {
  const Input = INPUTS[widgetOf(props.field)];
  return <Input {...props} />;
}

// The editor and the cleaner of what is pasted into it come when the first such field is edited.
const RichTextEditor = lazy(async () => ({ default: (await import('./RichTextInput.tsx')).RichTextInput }));

// Files are edited seldom, and never in a list.
const LazyFileInput = lazy(async () => ({ default: (await import('../files/FileInput.tsx')).FileInput }));

function FileInput(props: InputProps) {
  return (
    <Suspense fallback={<span className="tr-skeleton" style={{ height: 52 }} />}>
      <LazyFileInput {...props} />
    </Suspense>
  );
}

function RichTextInput(props: InputProps) {
  return (
    <Suspense fallback={<span className="tr-skeleton" style={{ height: 120 }} />}>
      <RichTextEditor {...props} />
    </Suspense>
  );
}

const INPUTS: Readonly<Record<WidgetName, ComponentType<InputProps>>> = {
  text: ShortTextInput,
  long_text: LongTextInput,
  rich_text: RichTextInput,
  markdown: MarkdownInput,
  code: CodeInput,
  person_name: PersonNameInput,
  email: ShortTextInput,
  emails: SeveralInput,
  phone: ShortTextInput,
  phones: SeveralInput,
  url: ShortTextInput,
  address: AddressInput,
  geolocation: GeolocationInput,
  json: JsonFieldInput,
  color: ColorFieldInput,
  integer: NumberFieldInput,
  decimal: NumberFieldInput,
  currency: NumberFieldInput,
  percent: NumberFieldInput,
  rating: RatingInput,
  boolean: BooleanInput,
  date: DateFieldInput,
  datetime: DateTimeFieldInput,
  date_range: DateRangeInput,
  time: TimeFieldInput,
  duration: DurationInput,
  select: OptionInput,
  status: OptionInput,
  multi_select: OptionsInput,
  tags: TagsFieldInput,
  lookup: LookupInput,
  multi_lookup: MultiLookupInput,
  user: LookupInput,
  file: FileInput,
  files: FileInput,
  image: FileInput,
  secret: SecretInput,
  // Numbers are given by the server; the form shows them and never edits them.
  auto_number: ShortTextInput,
};
