// "Shows as: Refund €420.00 to Anna Keller": what a field comes to with the sample data, asked of the server, so that
// there is one evaluator.
import { useEffect, useState } from "react";
import { t } from "../../../i18n/t";
import type { Preview } from "../../api/types";
import { usePart, useSession } from "../../session/context";
import { useScope } from "./scope";

const AFTER_MS = 400;

interface Props {
  source: string;
  template: boolean;
  /** What is wrong is said already. */
  said?: boolean;
}

export function PreviewLine({ source, template, said = false }: Props) {
  const preview = usePreview(source, template);
  if (!preview || ("error" in preview && said)) return null;
  if ("error" in preview)
    return <p className="preview bad">{t("preview.error", { message: preview.error.message })}</p>;
  return (
    <p className="preview">
      {t(template ? "preview.text" : "preview.value")} <b>{preview.text}</b>
    </p>
  );
}

function usePreview(source: string, template: boolean): Preview | null {
  const session = useSession();
  const { step } = useScope();
  const [preview, setPreview] = useState<Preview | null>(null);
  const infos = usePart((state) => state.infos);
  const asks = template ? source.includes("{{") : source.trim() !== "";
  // biome-ignore lint/correctness/useExhaustiveDependencies: infos change with the samples of earlier steps
  useEffect(() => {
    if (!asks) {
      setPreview(null);
      return;
    }
    const abort = new AbortController();
    const timer = setTimeout(() => {
      session.api
        .preview({ document: session.state.doc, node: step.key, source, template }, abort.signal)
        .then(setPreview, () => {
          if (!abort.signal.aborted) setPreview(null); // offline: no preview, the field still works
        });
    }, AFTER_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [session, step.key, source, template, asks, infos]);
  return preview;
}
