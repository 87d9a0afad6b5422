// CodeMirror for one field. Loaded lazily: this file and what it imports are a bundle of their own.
import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  startCompletion,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { EditorState, type Extension } from "@codemirror/state";
import { dropCursor, EditorView, keymap, placeholder } from "@codemirror/view";
import type { Completion, Problem } from "../../api/types";
import { dropped, takes } from "../dragged-data";
import { bracesMarked, cel, colours } from "./language";
import { squiggled, squiggles } from "./squiggles";

export interface CodeOptions {
  readonly text: string;
  readonly mode: "cel" | "template" | "json" | "json-template" | "text";
  readonly lines: number;
  readonly placeholder: string;
  readonly attributes: { readonly [name: string]: string };
  change(text: string): void;
  complete(source: string, position: number): Promise<{ from: number; options: readonly Completion[] }>;
  /** The field has the cursor: paths picked elsewhere go into it. */
  focused(insert: (path: string) => void): void;
  /** A path picked elsewhere, as it is written in this field. */
  here(path: string): string;
}

export interface CodeHandle {
  /** A value from elsewhere. */
  put(text: string): void;
  focus(): void;
  squiggle(problems: readonly Problem[]): void;
  destroy(): void;
}

export function mount(parent: HTMLElement, options: CodeOptions): CodeHandle {
  let quiet = false;
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        history(),
        closeBrackets(),
        keymap.of([
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...historyKeymap,
          ...defaultKeymap.filter((binding) => binding.key !== "Mod-Enter"),
        ]),
        // CodeMirror writes <style> elements, which the page's policy allows only under its nonce
        EditorView.cspNonce.of(document.querySelector<HTMLElement>("[nonce]")?.nonce ?? ""),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ ...options.attributes, role: "textbox", tabindex: "0" }),
        placeholder(options.placeholder),
        squiggles,
        ...(options.lines === 1 ? [oneLine] : []),
        ...languageOf(options),
        ...(takesData(options.mode) ? dropping(options) : []),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !quiet) options.change(update.state.doc.toString());
          if (update.focusChanged && update.view.hasFocus)
            options.focused((path) => insert(update.view, options.mode, options.here(path)));
        }),
      ],
    }),
  });
  return {
    put(text) {
      if (text === view.state.doc.toString()) return;
      quiet = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
      quiet = false;
    },
    squiggle: (problems) => view.dispatch({ effects: squiggled(problems) }),
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}

/** A field of one line takes no line breaks; pasted ones become spaces. */
const oneLine: Extension = EditorState.transactionFilter.of((transaction) => {
  if (!transaction.docChanged || transaction.newDoc.lines === 1) return transaction;
  const text = transaction.newDoc.toString().replace(/\s*\n\s*/g, " ");
  return transaction.startState.update({
    changes: { from: 0, to: transaction.startState.doc.length, insert: text },
    selection: { anchor: Math.min(transaction.newSelection.main.head, text.length) },
  });
});

function languageOf(options: CodeOptions): Extension[] {
  if (options.mode === "json" || options.mode === "text") return options.mode === "json" ? [cel, colours] : [];
  const completion = autocompletion({
    override: [(context) => completions(context, options)],
    icons: false,
    activateOnTyping: true,
    maxRenderedOptions: 60,
  });
  const afterDot = EditorView.inputHandler.of((view, _from, _to, text) => {
    if (text === "." || text === "{") setTimeout(() => startCompletion(view));
    return false;
  });
  if (options.mode === "json-template") return [cel, colours, bracesMarked, completion, afterDot];
  return options.mode === "cel" ? [cel, colours, completion, afterDot] : [bracesMarked, completion, afterDot];
}

const takesData = (mode: CodeOptions["mode"]): boolean => mode !== "json" && mode !== "text";

/** A value dragged from the tree of data lands where the cursor shows it. */
const dropping = (options: CodeOptions): Extension[] => [
  dropCursor(),
  EditorView.domEventHandlers({
    dragover: (event) => {
      takes(event);
      return false; // the cursor that shows the place is drawn by dropCursor()
    },
    drop: (event, view) => {
      const path = dropped(event);
      if (!path) return false;
      view.dispatch({ selection: { anchor: view.posAtCoords({ x: event.clientX, y: event.clientY }, false) } });
      insert(view, options.mode, options.here(path));
      return true;
    },
  }),
];

const IN_NUMBER = /(?:^|[^\w.])\d[\w.]*$/;

/** Inside braces, or anywhere in an expression; a number is complete as it is. */
function wantsCompletion(context: CompletionContext, mode: string): boolean {
  const before = context.state.sliceDoc(0, context.pos);
  if (mode !== "cel" && before.lastIndexOf("{{") <= before.lastIndexOf("}}")) return false;
  if (IN_NUMBER.test(before)) return false;
  return context.explicit || /[\w.{ ]$/.test(before) || before === "";
}

async function completions(context: CompletionContext, options: CodeOptions): Promise<CompletionResult | null> {
  if (!wantsCompletion(context, options.mode)) return null;
  try {
    const answer = await options.complete(context.state.doc.toString(), context.pos);
    if (context.aborted || answer.options.length === 0) return null;
    if (context.view && !context.view.hasFocus) return null; // the answer came after the cursor had gone on
    return {
      from: answer.from,
      validFor: /^\w*$/,
      options: answer.options.map((option) => ({
        label: option.label,
        // each takes the place of its own last characters, so that "ord" becomes trigger.order
        apply: (view: EditorView, _chosen: unknown, from: number, to: number) => {
          const begin = option.replace === undefined ? from : context.pos - option.replace;
          view.dispatch({
            changes: { from: begin, to, insert: option.insert },
            selection: { anchor: begin + option.insert.length },
            userEvent: "input.complete",
          });
        },
        detail: option.sample === null ? option.detail : sampled(option.sample),
        info: option.detail || undefined,
      })) as CompletionResult["options"],
    };
  } catch {
    return null; // offline: no completion, the field still works
  }
}

const sampled = (text: string): string => (text.length > 28 ? `${text.slice(0, 27)}…` : text);

/** The path at the cursor; in a text outside of braces, with braces around it. */
function insert(view: EditorView, mode: CodeOptions["mode"], path: string): void {
  const { from, to } = view.state.selection.main;
  const before = view.state.sliceDoc(0, from);
  const inside = before.lastIndexOf("{{") > before.lastIndexOf("}}");
  const text = mode !== "cel" && !inside ? `{{ ${path} }}` : path;
  view.dispatch({
    changes: { from, to, insert: text },
    selection: { anchor: from + text.length },
    scrollIntoView: true,
  });
  view.focus();
}
