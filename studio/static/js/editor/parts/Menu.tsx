// "⋯": a button and its list. It closes on a choice, on Escape and on a click elsewhere.
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Icon } from "./Icon";

interface Props {
  label: string;
  children: ReactNode;
  /** What stands on the button instead of the dots. */
  face?: ReactNode;
  up?: boolean;
}

export function Menu({ label, children, face, up = false }: Props) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event): void => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
    };
  }, [open]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hears the keys and clicks of the buttons inside
    <div
      ref={box}
      className={up ? "menu up" : "menu"}
      onKeyDown={(event) => {
        if (event.key === "Escape" && open) {
          setOpen(false);
          button.current?.focus();
          event.stopPropagation();
        } else if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
          walk(box.current, event.key === "ArrowDown" ? 1 : -1);
          event.preventDefault();
        }
      }}
      onClick={(event) => {
        if ((event.target as Element).closest(".menu-list :is(a, button)")) setOpen(false);
      }}
    >
      <button
        ref={button}
        type="button"
        className={face ? "btn quiet small-btn" : "btn quiet icon-only"}
        aria-label={face ? undefined : label}
        title={face ? undefined : label}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        {face ?? <Icon name="dots" />}
      </button>
      <div id={id} className="menu-list" hidden={!open}>
        {children}
      </div>
    </div>
  );
}

function walk(box: HTMLElement | null, by: number): void {
  const items = [...(box?.querySelectorAll<HTMLElement>(".menu-list :is(a, button)") ?? [])];
  const at = items.indexOf(document.activeElement as HTMLElement);
  items[(at + by + items.length) % items.length]?.focus();
}
