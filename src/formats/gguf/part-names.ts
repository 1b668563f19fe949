import { statSync } from 'node:fs';

const PART = /-(\d{5})-of-(\d{5})\.gguf$/;

/** The files of a model by their names, the first first: the one, or the parts that llama.cpp's gguf-split makes. */
export function partNames(path: string): string[] {
  const count = PART.exec(path)?.[2];
  if (count === undefined) return [path];
  return Array.from({ length: Number(count) }, (_, i) =>
    path.replace(PART, `-${String(i + 1).padStart(5, '0')}-of-${count}.gguf`),
  );
}

/** Bytes of all files of a model; null where one is missing. */
export function bytesOfParts(path: string): number | null {
  const sizes = partNames(path).map((part) => statSync(part, { throwIfNoEntry: false })?.size ?? null);
  return sizes.reduce<number | null>((sum, size) => (sum === null || size === null ? null : sum + size), 0);
}
