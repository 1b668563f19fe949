/** Sampling settings and the system prompt, kept in this browser. */

const STORE = 'r1-tune settings';
const FIELDS = ['system', 'temperature', 'topP', 'topK', 'minP', 'seed', 'maxTokens', 'budget', 'thinks'];

export function createSettings(part, defaults) {
  const read = (field) => (field.type === 'checkbox' ? field.checked : field.value);
  const write = (field, value) => {
    if (field.type === 'checkbox') field.checked = value;
    else field.value = value;
  };
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem(STORE) ?? '{}');
  } catch {}
  for (const name of FIELDS) {
    const value = kept[name] ?? defaults[name];
    if (value !== undefined) write(part[name], value);
    part[name].addEventListener('change', () => {
      kept = Object.fromEntries(FIELDS.map((field) => [field, read(part[field])]));
      localStorage.setItem(STORE, JSON.stringify(kept));
    });
  }
  const number = (name) => {
    const { value } = part[name];
    return value.trim() === '' || !Number.isFinite(Number(value)) ? undefined : Number(value);
  };
  return {
    get system() {
      return part.system.value.trim();
    },
    /** The fields of a request; `canThink` says whether the model has a switch. */
    request(canThink) {
      const fields = {
        temperature: number('temperature'),
        top_p: number('topP'),
        top_k: number('topK'),
        min_p: number('minP'),
        seed: number('seed'),
        max_completion_tokens: number('maxTokens'),
        ...(canThink
          ? part.thinks.checked
            ? { thinking_budget: number('budget') }
            : { reasoning_effort: 'none' }
          : {}),
      };
      return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
    },
  };
}
