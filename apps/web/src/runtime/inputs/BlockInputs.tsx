import { SegmentedControl, Textarea } from '@mantine/core';
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { lazy } from '../../ui/lazy.tsx';
import classes from './BlockInputs.module.css';
import { type InputProps, inputAttributes } from './input-props.ts';

const MarkdownText = lazy(async () => ({
  default: (await import('../cells/MarkdownText.tsx')).MarkdownText,
}));

/** Markdown, written as text and looked at as it will be shown. */
export function MarkdownInput(props: InputProps) {
  const { t } = useTranslation();
  const [isPreview, setPreview] = useState(false);
  const text = typeof props.value === 'string' ? props.value : '';
  return (
    <div className={classes.block}>
      <SegmentedControl
        size="xs"
        aria-label={t('input.writeOrPreview', { label: props.label ?? props.field.label })}
        value={isPreview ? 'preview' : 'write'}
        onChange={(mode) => setPreview(mode === 'preview')}
        data={[
          { value: 'write', label: t('input.write') },
          { value: 'preview', label: t('input.preview') },
        ]}
      />
      {isPreview ? (
        <div className={classes.preview}>
          {text.trim() === '' ? (
            <span className={classes.faint}>{t('input.nothingToPreview')}</span>
          ) : (
            <Suspense fallback={text}>
              <MarkdownText text={text} />
            </Suspense>
          )}
        </div>
      ) : (
        <BlockInput {...props} />
      )}
    </div>
  );
}

/** Code: a fixed pitch, lines as long as they are, nothing corrected by the browser. */
export function CodeInput(props: InputProps) {
  return <BlockInput {...props} isCode />;
}

function BlockInput({ isCode = false, ...props }: InputProps & { readonly isCode?: boolean }) {
  const maximum = props.field.schema.maxLength;
  return (
    <Textarea
      {...inputAttributes(props)}
      autosize
      minRows={4}
      maxRows={20}
      maxLength={typeof maximum === 'number' ? maximum : undefined}
      value={typeof props.value === 'string' ? props.value : ''}
      onChange={(event) =>
        props.onChange(event.currentTarget.value === '' ? null : event.currentTarget.value)
      }
      {...(isCode
        ? {
            wrap: 'off',
            spellCheck: false,
            autoCapitalize: 'off',
            autoCorrect: 'off',
            classNames: { input: classes.code ?? '' },
          }
        : {})}
    />
  );
}
