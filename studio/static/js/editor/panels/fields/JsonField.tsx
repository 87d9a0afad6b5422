// Any JSON. What is typed stands as it is; only what can be read goes into the document.
import { useEffect, useState } from "react";
import { t } from "../../../i18n/t";
import type { Json } from "../../document/types";
import { CodeField } from "./CodeField";
import type { InputProps } from "./props";

const written = (value: Json | undefined, texts: boolean): string => {
  if (value === undefined || (value === null && texts)) return "";
  return texts && typeof value === "string" && !parse(value).ok ? value : JSON.stringify(value, null, 2);
};

export function JsonField(props: InputProps & { lines?: number }) {
  const { value, onChange } = props;
  // where data may stand in the text, what is no JSON is a text itself
  const texts = Boolean(props.schema["x-template"]);
  const [text, setText] = useState(() => written(value, texts));
  const read = parse(text);
  useEffect(
    () => setText((before) => (same(parse(before), value) || before === value ? before : written(value, texts))),
    [value, texts],
  );
  return (
    <>
      <CodeField
        {...props}
        mode={texts ? "json-template" : "json"}
        lines={props.lines ?? 4}
        value={text}
        onChange={(next) => {
          const typed = String(next ?? "");
          setText(typed);
          const parsed = parse(typed);
          if (parsed.ok) onChange(parsed.value);
          else if (texts) onChange(typed);
        }}
      />
      {!read.ok &&
        (texts ? <small className="help">{t("json.text")}</small> : <p className="error">{t("json.bad")}</p>)}
    </>
  );
}

type Read = { ok: true; value: Json | undefined } | { ok: false };

function parse(text: string): Read {
  if (text.trim() === "") return { ok: true, value: undefined };
  try {
    return { ok: true, value: JSON.parse(text) as Json };
  } catch {
    return { ok: false };
  }
}

/** What cannot be read yet is still being typed: it stays. */
const same = (read: Read, value: Json | undefined): boolean =>
  (!read.ok && typeof value !== "string") || (read.ok && JSON.stringify(read.value) === JSON.stringify(value));
