// Writes src/formats/llama-abi/header.ts from the headers of the llama.cpp release that node-llama-cpp is built from.
// `node scripts/llama-abi.mjs --check` fails when the file is not what the installed release gives.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageFolder, withLlamaSources } from './llama-sources.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, 'src/formats/llama-abi/header.ts');

const HEADERS = ['include/llama.h', 'ggml/include/ggml.h', 'ggml/include/ggml-backend.h', 'ggml/include/ggml-cpu.h'];
/** Where a function that returns a struct's defaults is defined. */
const SOURCES = {
  llama_model_params: 'src/llama-model.cpp',
  llama_context_params: 'src/llama-context.cpp',
  llama_model_quantize_params: 'src/llama-quant.cpp',
};
const STRUCTS = [...Object.keys(SOURCES), 'llama_batch', 'ggml_threadpool_params'];
const ENUMS = ['llama_load_mode', 'llama_flash_attn_type', 'ggml_type', 'ggml_sched_priority', 'ggml_numa_strategy'];
const FUNCTIONS = {
  llama: [
    'llama_model_default_params',
    'llama_context_default_params',
    'llama_backend_init',
    'llama_numa_init',
    'llama_attach_threadpool',
    'llama_model_load_from_file',
    'llama_model_free',
    'llama_init_from_model',
    'llama_free',
    'llama_n_ctx_seq',
    'llama_n_batch',
    'llama_n_seq_max',
    'llama_n_threads',
    'llama_n_threads_batch',
    'llama_get_memory',
    'llama_model_get_vocab',
    'llama_vocab_n_tokens',
    'llama_vocab_bos',
    'llama_vocab_is_eog',
    'llama_vocab_get_add_bos',
    'llama_tokenize',
    'llama_token_to_piece',
    'llama_memory_seq_rm',
    'llama_decode',
    'llama_get_logits_ith',
    'llama_state_seq_save_file',
    'llama_state_seq_load_file',
    'llama_print_system_info',
    'llama_log_set',
  ],
  ggml: ['ggml_backend_load', 'ggml_backend_load_all_from_path', 'ggml_backend_reg_by_name'],
  ggmlBase: ['ggml_threadpool_params_init', 'ggml_backend_reg_get_proc_address'],
  /** Found through ggml_backend_reg_get_proc_address: they are in the kernel library, of which there is one a CPU family. */
  cpu: ['ggml_threadpool_new', 'ggml_threadpool_free'],
};
const COMMENTS = {
  STRUCTS: '/** Members in order, as types of koffi; [type, count] is an array. */',
  DEFAULTS:
    '/** What the library fills each struct with: read back at load, they tell whether the layout above is its own. */',
  ENUMS: '/** Members of the enums in use. */',
  FUNCTIONS: '/** [result, arguments], by the library that has them. */',
};
/** Names of scalars for koffi. */
const SCALARS = { llama_token: 'int32_t', llama_pos: 'int32_t', llama_seq_id: 'int32_t' };

const tag = JSON.parse(readFileSync(join(packageFolder, 'llama/binariesGithubRelease.json'), 'utf8')).release;
const readSources = () =>
  withLlamaSources([...HEADERS, ...Object.values(SOURCES)], (folder) => {
    const read = (path) => readFileSync(join(folder, path), 'utf8');
    return {
      headers: HEADERS.map((path) => withoutComments(read(path))).join('\n'),
      defaults: Object.fromEntries(Object.entries(SOURCES).map(([name, path]) => [name, read(path)])),
    };
  });

function withoutComments(source) {
  return source.replace(/\/\*[\s\S]*?\*\//g, ' ').replace(/\/\/.*$/gm, '');
}

function generate({ headers, defaults }) {
  const constants = readConstants(headers);
  const callbacks = new Set(
    [
      ...headers.matchAll(/typedef[^;{]*\(\*\s*(\w+)\s*\)/g),
      ...headers.matchAll(/typedef\s+(?:const\s+)?struct\s+\w+\s*\*\s*(\w+)\s*;/g),
    ].map((m) => m[1]),
  );
  const typeOf = (declared) => {
    const type = declared
      .replace(/\b(const|struct)\b/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();
    if (/^char ?\*$/.test(type) && /\bconst\b/.test(declared)) return 'const char *';
    if (type.includes('*') || callbacks.has(type)) return 'void *';
    if (type.startsWith('enum ')) return 'int';
    return SCALARS[type] ?? type;
  };
  const structs = Object.fromEntries(STRUCTS.map((name) => [name, structFields(headers, name, typeOf, constants)]));
  const parts = {
    STRUCTS: structs,
    DEFAULTS: Object.fromEntries(
      Object.entries(defaults).map(([name, source]) => [name, defaultsOf(source, name, structs[name], constants)]),
    ),
    ENUMS: Object.fromEntries(ENUMS.map((name) => [name, enumMembers(headers, name)])),
    FUNCTIONS: Object.fromEntries(
      Object.entries(FUNCTIONS).map(([library, names]) => [
        library,
        Object.fromEntries(names.map((name) => [name, signature(headers, name, typeOf)])),
      ]),
    ),
  };
  const body = Object.entries(parts).map(
    ([name, value]) => `${COMMENTS[name]}\nexport const ${name} = ${JSON.stringify(value)} as const;\n`,
  );
  return format(
    `// Written by scripts/llama-abi.mjs from the headers of llama.cpp ${tag}; do not edit.\n\n/** The llama.cpp release that all of this holds for. */\nexport const RELEASE = ${JSON.stringify({ tag })} as const;\n\n${body.join('\n')}`,
  );
}

function format(source) {
  return execFileSync(join(root, 'node_modules/.bin/biome'), ['format', '--stdin-file-path', target], {
    input: source,
    encoding: 'utf8',
  });
}

function block(source, pattern) {
  const found = pattern.exec(source);
  if (!found) throw new Error(`llama.cpp ${tag} has no ${pattern}`);
  return found[1];
}

function structFields(headers, name, typeOf, constants) {
  const body = block(headers, new RegExp(`struct ${name} \\{([^}]*)\\}`));
  const fields = body
    .split(';')
    .map((part) => part.trim())
    .filter(Boolean);
  return Object.fromEntries(
    fields.map((field) => {
      const [, type, member, length] = /^(.*?[\s*])(\w+)(?:\[(\w+)\])?$/s.exec(field);
      return [member, length === undefined ? typeOf(type) : [typeOf(type), Number(constants[length] ?? length)]];
    }),
  );
}

/** Initializers in the order of the fields, as C++ reads them. */
function defaultsOf(source, name, fields, constants) {
  const body = block(
    source,
    new RegExp(`^(?:struct )?${name} \\w+_default_params\\(\\) \\{\\s*(?:struct )?${name} result = \\{([^}]*)\\}`, 'm'),
  );
  const values = withoutComments(body)
    .split(',')
    .map((value) => value.trim())
    .filter(Boolean);
  const names = Object.keys(fields);
  if (values.length !== names.length)
    throw new Error(`${name} has ${names.length} fields and ${values.length} defaults`);
  return Object.fromEntries(names.map((member, i) => [member, readValue(values[i], constants)]));
}

function readValue(written, constants) {
  if (written === 'nullptr') return null;
  if (written === 'true' || written === 'false') return written === 'true';
  const number = Number(written.replace(/f$/, ''));
  // A computed constant is undefined and so left out of what is compared.
  return Number.isNaN(number) ? constants[written] : number;
}

function enumMembers(headers, name) {
  const members = {};
  let next = 0;
  for (const part of block(headers, new RegExp(`enum ${name} \\{([^}]*)\\}`)).split(',')) {
    const [member, value] = part.split('=').map((side) => side.trim());
    if (!member) continue;
    const shift = /^\(?(\d+)\s*<<\s*(\d+)\)?$/.exec(value ?? '');
    if (value !== undefined) next = shift ? Number(shift[1]) << Number(shift[2]) : (members[value] ?? Number(value));
    if (Number.isNaN(next)) throw new Error(`cannot read ${member} = ${value}`);
    members[member] = next++;
  }
  return members;
}

/** Numbers that #define and enum members give. */
function readConstants(headers) {
  const defined = [...headers.matchAll(/^#\s*define\s+(\w+)\s+(-?\d+)\s*$/gm)].map((m) => [m[1], Number(m[2])]);
  const names = [...headers.matchAll(/enum (\w+) \{/g)].map((m) => m[1]);
  const members = names.flatMap((name) => {
    try {
      return Object.entries(enumMembers(headers, name));
    } catch {
      return []; // An enum that is computed from others; none of ours is.
    }
  });
  return Object.fromEntries([...defined, ...members]);
}

function signature(headers, name, typeOf) {
  const [, result, list] =
    new RegExp(`(?:LLAMA_API|GGML_API|GGML_BACKEND_API)\\s+([\\w\\s*]*?)\\b${name}\\s*\\(([^;]*)\\);`).exec(headers) ??
    [];
  if (list === undefined) throw new Error(`llama.cpp ${tag} has no function ${name}`);
  const args =
    list.trim() === 'void' || list.trim() === ''
      ? []
      : list.split(',').map((arg) => typeOf(/^(.*?[\s*])\w*$/s.exec(arg.trim())[1]));
  return [typeOf(result), args];
}

const text = generate(readSources());
if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text)
  throw new Error(`${target} is not what llama.cpp ${tag} gives: run node scripts/llama-abi.mjs`);
