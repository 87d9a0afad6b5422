// "⋯": a details element that closes on a choice, on Escape and on a click elsewhere.
import { type ReactNode, useEffect, useRef } from "react";
import { Icon } from "./Icon";

export function Menu({ label, children }: { label: string; children: ReactNode }) {
  const ref = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event): void => {
      if (ref.current?.open && !ref.current.contains(event.target as Node)) ref.current.open = false;
    };
    document.addEventListener("pointerdown", close);
    return () => document.removeEventListener("pointerdown", close);
  }, []);
  return (
    <details
      ref={ref}
      className="menu"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !ref.current?.open) return;
        ref.current.open = false;
        ref.current.querySelector("summary")?.focus();
        event.stopPropagation();
      }}
      onClick={(event) => {
        if (ref.current && (event.target as Element).closest(".menu-list :is(a, button)")) ref.current.open = false;
      }}
    >
      <summary className="btn quiet icon-only" aria-label={label} title={label}>
        <Icon name="dots" />
      </summary>
      <div className="menu-list">{children}</div>
    </details>
  );
}
