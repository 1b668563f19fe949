export type TensorSpec = {
  name: string;
  /** Innermost first: [columns, rows]. */
  dims: readonly number[];
  kind: 'matrix' | 'norm' | 'bias' | 'rope-factors';
};

export const matrix = (name: string, ...dims: number[]): TensorSpec => ({
  name: `${name}.weight`,
  dims,
  kind: 'matrix',
});
export const norm = (name: string, width: number): TensorSpec => ({
  name: `${name}.weight`,
  dims: [width],
  kind: 'norm',
});
export const bias = (name: string, ...dims: number[]): TensorSpec => ({ name: `${name}.bias`, dims, kind: 'bias' });

export const elementsOf = (dims: readonly number[]): number => dims.reduce((product, dim) => product * dim, 1);
