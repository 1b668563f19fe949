/** A sentence in every language of the report. */
export type Text = { en: string; zh: string };
export type Language = keyof Text;
export const LANGUAGES: readonly Language[] = ['en', 'zh'];

/** What can stand in a `{placeholder}`: a number or name that is the same in every language, or another text. */
export type TextPart = string | number | Text;

export const isText = (value: unknown): value is Text =>
  typeof value === 'object' && value !== null && 'en' in value && 'zh' in value;

/** Text that is the same in every language, for example a model name. */
export const same = (value: string): Text => ({ en: value, zh: value });

/** Puts values into the `{name}` places of a text. An unknown name stays visible. */
export function fill(text: Text, parts: Record<string, TextPart> = {}): Text {
  return { en: fillOne(text.en, parts, 'en'), zh: fillOne(text.zh, parts, 'zh') };
}

function fillOne(template: string, parts: Record<string, TextPart>, language: Language): string {
  return template.replace(/\{(\w+)\}/g, (place, name: string) => {
    const part = parts[name];
    if (part === undefined) return place;
    return isText(part) ? part[language] : String(part);
  });
}

/** Texts one after another: sentences with a space between them in English, none in Chinese. */
export function joined(texts: readonly Text[], separator: Text = { en: ' ', zh: '' }): Text {
  return {
    en: texts.map((text) => text.en).join(separator.en),
    zh: texts.map((text) => text.zh).join(separator.zh),
  };
}
