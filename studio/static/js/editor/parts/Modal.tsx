import { type ReactNode, useEffect, useId, useRef } from "react";
import { t } from "../../i18n/t";
import { Icon } from "./Icon";

interface Props {
  title: string;
  wide?: boolean;
  /** Nothing inside takes the focus: the keyboard scrolls the whole. */
  readOnly?: boolean;
  foot: ReactNode;
  children: ReactNode;
  onClose(): void;
}

/** The browser's own dialog: it keeps the focus inside and gives it back. */
export function Modal({ title, wide = false, readOnly = false, foot, children, onClose }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      className={wide ? "dialog wide" : "dialog"}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="dialog-head">
        <h2 id={id}>{title}</h2>
        <button type="button" className="btn quiet icon-only" aria-label={t("dialog.close")} onClick={onClose}>
          <Icon name="x" />
        </button>
      </div>
      {readOnly ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: where it is taller than the screen, only the focus lets keys scroll it
        <section className="dialog-body" aria-labelledby={id} tabIndex={0}>
          {children}
        </section>
      ) : (
        <div className="dialog-body">{children}</div>
      )}
      <div className="dialog-foot">{foot}</div>
    </dialog>
  );
}
