import { useState } from "react";
import { t } from "../../i18n/t";

/** A line and a button that copies it. */
export function Copyable({ text, label, buttonOnly = false }: { text: string; label: string; buttonOnly?: boolean }) {
  const [done, setDone] = useState(false);
  const button = (
    <button
      type="button"
      className="btn small-btn"
      aria-label={label}
      onClick={() => {
        void navigator.clipboard.writeText(text).then(() => {
          setDone(true);
          setTimeout(() => setDone(false), 2_000);
        });
      }}
    >
      {t(done ? "copied" : "copy")}
    </button>
  );
  if (buttonOnly) return <div>{button}</div>;
  return (
    <div className="copyable">
      <code>{text}</code>
      {button}
    </div>
  );
}
