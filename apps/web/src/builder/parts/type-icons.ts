/** The icons of field types that are not common ones: they come with the builder, or its galleries would flash. */
import {
  IconAlignLeft,
  IconArrowsSplit,
  IconArrowUpRight,
  IconBox,
  IconCalendarTime,
  IconDecimal,
  IconLetterCase,
  IconNumber,
} from '@tabler/icons-react';
import { addIcons } from '../../ui/ObjectIcon.tsx';

addIcons({
  'align-left': IconAlignLeft,
  'arrow-up-right': IconArrowUpRight,
  'arrows-split': IconArrowsSplit,
  box: IconBox,
  'calendar-time': IconCalendarTime,
  decimal: IconDecimal,
  'letter-case': IconLetterCase,
  number: IconNumber,
});
