const PART = /-(\d{5})-of-(\d{5})\.gguf$/;

/** The files of a model by their names, the first first: the one, or the parts that llama.cpp's gguf-split makes. */
export function partNames(path: string): string[] {
  const count = PART.exec(path)?.[2];
  if (count === undefined) return [path];
  return Array.from({ length: Number(count) }, (_, i) =>
    path.replace(PART, `-${String(i + 1).padStart(5, '0')}-of-${count}.gguf`),
  );
}
