/** What the commands say and ask. Colours and questions only where a person sits at a terminal. */
import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import { CommandError } from './errors.ts';

export type Style = 'red' | 'green' | 'yellow' | 'dim' | 'bold';

export interface Terminal {
  print(line?: string): void;
  /** To standard error: progress and remarks, which are no result. */
  remark(line: string): void;
  style(style: Style, text: string): string;
  readonly isInteractive: boolean;
  ask(question: string): Promise<string>;
  askSecret(question: string): Promise<string>;
}

export function createTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  const isInteractive = stdin.isTTY === true && stdout.isTTY === true;
  const hasColours = stdout.isTTY === true && !process.env.NO_COLOR;
  const requirePerson = (question: string) => {
    if (!isInteractive) throw new CommandError('failed', `Nobody is here to answer: ${question}`);
  };
  return {
    isInteractive,
    print: (line = '') => void stdout.write(`${line}\n`),
    remark: (line) => void stderr.write(`${line}\n`),
    style: (style, text) => (hasColours ? styleText(style, text, { validateStream: false }) : text),
    async ask(question) {
      requirePerson(question);
      const reader = createInterface({ input: stdin, output: stdout });
      try {
        return (await reader.question(`${question} `)).trim();
      } finally {
        reader.close();
      }
    },
    async askSecret(question) {
      requirePerson(question);
      stdout.write(`${question} `);
      return readWithoutEcho();
    },
  };
}

/** Reads one line from the terminal and shows nothing of it. */
function readWithoutEcho(): Promise<string> {
  const { stdin, stdout } = process;
  return new Promise((resolve, reject) => {
    let typed = '';
    const finish = (settle: () => void) => {
      stdin.off('data', read);
      stdin.setRawMode(false);
      stdin.pause();
      stdout.write('\n');
      settle();
    };
    const read = (chunk: Buffer) => {
      for (const character of chunk.toString('utf8')) {
        if (character === '\r' || character === '\n') return finish(() => resolve(typed));
        if (character === '\u0003') return finish(() => reject(new CommandError('declined', 'Interrupted.')));
        if (character === '\u007f' || character === '\b') typed = [...typed].slice(0, -1).join('');
        else typed += character;
      }
    };
    stdin.setRawMode(true);
    stdin.resume();
    stdin.on('data', read);
  });
}
