/**
 * What a machine of a fleet does, as a POSIX shell script: a sweep that goes on where it was cut, then its result into the fleet. Its words are the
 * arguments of the sweep. Environment: RESULTS, a folder that all machines see; NODE_NAME; RUN_NAME, the same in each attempt.
 */
export const SWEEP_SCRIPT = `set -eu
out="$RESULTS/runs/$NODE_NAME/$RUN_NAME"
if [ -e "$out/run.json" ]; then
  echo "$out is finished."
elif [ -e "$out/plan.json" ]; then
  r1-tune sweep --resume "$out"
else
  r1-tune sweep --out "$out" "$@"
fi
r1-tune fleet collect "$out" --node "$NODE_NAME" --into "$RESULTS/fleet"
`;

/** A gate whose verdict is collected before it decides how the job ends. Its words are the arguments of the gate. */
export const GATE_SCRIPT = `set -eu
out="$RESULTS/gates/$NODE_NAME/$RUN_NAME"
verdict=0
r1-tune gate --out "$out" "$@" || verdict=$?
if [ -e "$out/gate.json" ]; then
  r1-tune fleet collect "$out" --node "$NODE_NAME" --into "$RESULTS/fleet"
fi
exit "$verdict"
`;
