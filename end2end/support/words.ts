// The interface's own sentences, so that no spec repeats them: a changed sentence changes its expectation too.
import { readFileSync } from "node:fs";

export type Language = "vi" | "en";
export type Values = Record<string, string | number>;

const sentences: Record<Language, Record<string, string>> = { vi: read("vi"), en: read("en") };

/** The sentence of a key with its values put in; an unknown key or a missing value is a mistake of the spec. */
export function word(key: string, values: Values = {}, language: Language = "vi"): string {
  const sentence = sentences[language][key];
  if (sentence === undefined) throw new Error(`app/locales/${language}.json has no key ${key}`);
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${key} needs the value ${name}`);
    return String(value);
  });
}

function read(language: Language): Record<string, string> {
  const file = new URL(`../../app/locales/${language}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
}
