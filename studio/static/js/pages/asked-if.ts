// [data-asked-if="kind=s3"] (several: "kind=s3|folder"; "signature!=none"): a part of a form that is asked only
// with that answer to another field of it. What is hidden is sent as it stands, and the form's reader leaves it out.
type Answer = string | readonly string[];

export function fits(rule: string, answers: (name: string) => Answer): boolean {
  const [, name = "", no, values = ""] = /^([\w-]+)(!?)=(.*)$/.exec(rule) ?? [];
  const given = [answers(name)].flat();
  return values.split("|").some((value) => given.includes(value)) !== (no === "!");
}

export function askedIf(root: ParentNode): void {
  for (const form of root.querySelectorAll("form")) {
    const parts = form.querySelectorAll<HTMLElement>("[data-asked-if]");
    if (parts.length === 0) continue;
    const show = (): void => {
      const answers = new FormData(form);
      for (const part of parts)
        part.hidden = !fits(part.dataset.askedIf ?? "", (name) => answers.getAll(name).map(String));
    };
    form.addEventListener("change", show);
    show();
  }
}
