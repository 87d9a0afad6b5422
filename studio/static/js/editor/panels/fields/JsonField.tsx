// Any JSON. What is typed stands as it is; only what can be read goes into the document.
import { useEffect, useState } from "react";
import { t } from "../../../i18n/t";
import type { Json } from "../../document/types";
import { CodeField } from "./CodeField";
import type { InputProps } from "./Field";

const written = (value: Json | undefined): string => (value === undefined ? "" : JSON.stringify(value, null, 2));

export function JsonField(props: InputProps & { lines?: number }) {
  const { value, onChange } = props;
  const [text, setText] = useState(() => written(value));
  const read = parse(text);
  useEffect(() => setText((before) => (same(parse(before), value) ? before : written(value))), [value]);
  return (
    <>
      <CodeField
        {...props}
        mode="json"
        lines={props.lines ?? 4}
        value={text}
        onChange={(next) => {
          const typed = String(next ?? "");
          setText(typed);
          const parsed = parse(typed);
          if (parsed.ok) onChange(parsed.value);
        }}
      />
      {!read.ok && <p className="error">{t("json.bad")}</p>}
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
const same = (read: Read, value: Json | undefined): boolean => !read.ok || JSON.stringify(read.value) === JSON.stringify(value);
