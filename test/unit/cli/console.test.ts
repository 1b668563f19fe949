import { afterEach, describe, expect, it, vi } from 'vitest';
import { errorText, openConsole } from '../../../src/cli/console.js';
import { R1Error } from '../../../src/core/errors.js';

let stdout = '';
let stderr = '';
function capture(terminal: { isTTY: boolean; columns?: number }): void {
  stdout = '';
  stderr = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += text;
    return true;
  });
  Object.assign(process.stderr, { isTTY: terminal.isTTY, columns: terminal.columns });
}
const { isTTY, columns } = process.stderr;
afterEach(() => {
  vi.restoreAllMocks();
  Object.assign(process.stderr, { isTTY, columns });
});

describe('where nobody watches', () => {
  it('each step is a line, and only results are on stdout', () => {
    capture({ isTTY: false });
    const console_ = openConsole({ quiet: false });
    console_.progress('one');
    console_.progress('two');
    console_.endProgress();
    console_.note('a note');
    console_.result('{"a":1}');
    expect(stderr).toBe('one\ntwo\na note\n');
    expect(stdout).toBe('{"a":1}\n');
  });

  it('a result that ends its line gets no second end', () => {
    capture({ isTTY: false });
    openConsole({ quiet: false }).result('x\n');
    expect(stdout).toBe('x\n');
  });

  it('--quiet leaves results and commands to the CI system', () => {
    capture({ isTTY: false });
    const console_ = openConsole({ quiet: true });
    console_.progress('one');
    console_.note('a note');
    console_.command('::error::x');
    console_.result('r');
    expect(stderr).toBe('::error::x\n');
    expect(stdout).toBe('r\n');
  });
});

describe('on a terminal', () => {
  /** What the last line looks like after carriage returns. */
  const shown = (): string => {
    const screen: string[] = [];
    for (const piece of stderr.split('\n').at(-1)!.split('\r'))
      for (const [i, c] of [...piece].entries()) screen[i] = c;
    return screen.join('').trimEnd();
  };

  it('the progress line is painted over, also by a shorter one', () => {
    capture({ isTTY: true, columns: 80 });
    const console_ = openConsole({ quiet: false });
    console_.progress('a long line of progress');
    console_.progress('short');
    expect(shown()).toBe('short');
    console_.endProgress();
    expect(shown()).toBe('');
    expect(stderr).not.toContain('\n');
  });

  it('is cleared before other text', () => {
    capture({ isTTY: true, columns: 80 });
    const console_ = openConsole({ quiet: false });
    console_.progress('working');
    console_.note('done');
    expect(stderr.endsWith(`\r${' '.repeat(7)}\rdone\n`)).toBe(true);
  });

  it('never wraps: a line that is too long is cut', () => {
    capture({ isTTY: true, columns: 40 });
    openConsole({ quiet: false }).progress('x'.repeat(200));
    expect(shown()).toHaveLength(39);
  });
});

describe('errorText', () => {
  it('is the message, the fix and the code', () =>
    expect(errorText(new R1Error('USAGE', 'No such flag.', { fix: 'Use another.' }))).toBe(
      'r1-tune: No such flag.\n  → Use another.\n  [USAGE]',
    ));

  it('of anything else is called a fault of ours, with its stack', () => {
    expect(errorText(new TypeError('x is undefined'))).toMatch(
      /fault in r1-tune itself[\s\S]*TypeError: x[\s\S]* at [\s\S]*\[INTERNAL\]$/,
    );
    expect(errorText('text')).toContain('text');
  });
});
