import type { Argv } from 'yargs';
import { openConsole } from '../console.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/**
 * Each asks the program for what may stand at the cursor (`--get-yargs-completions`, by yargs, which adds descriptions for
 * zsh) and takes files where it has nothing to say.
 */
const SCRIPTS: Record<Shell, string> = {
  bash: `# eval "$(r1-tune completion bash)", or this in /etc/bash_completion.d/r1-tune
_r1_tune() {
  local names
  names="$(SHELL=bash r1-tune --get-yargs-completions "\${COMP_WORDS[@]}" 2>/dev/null)"
  mapfile -t COMPREPLY < <(compgen -W "$names" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -o bashdefault -o default -F _r1_tune r1-tune`,
  zsh: `#compdef r1-tune
# eval "$(r1-tune completion zsh)" after compinit, or this as _r1-tune in a folder of $fpath
_r1_tune() {
  local -a names
  names=("\${(@f)$(SHELL=zsh r1-tune --get-yargs-completions "\${words[@]}" 2>/dev/null)}")
  if [[ -n "\${names[1]}" ]]; then _describe r1-tune names; fi
  _files
}
compdef _r1_tune r1-tune`,
  fish: `# r1-tune completion fish | source, or this in ~/.config/fish/completions/r1-tune.fish
complete --command r1-tune --arguments '(env SHELL=fish r1-tune --get-yargs-completions (commandline --tokenize --cut-at-cursor --current-process) (commandline --current-token) 2>/dev/null)'`,
};

export const completionCommand = {
  command: 'completion <shell>',
  describe: 'Print the script that completes commands and flags in bash, zsh or fish',
  builder: (yargs: Argv) =>
    yargs.positional('shell', { choices: SHELLS, demandOption: true, describe: 'Its first line says where it goes' }),
  handler: ({ shell }: { shell: Shell }): void => openConsole({ quiet: false }).result(SCRIPTS[shell]),
};
