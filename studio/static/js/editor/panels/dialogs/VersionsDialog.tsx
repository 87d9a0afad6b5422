// Versions never change; an old one becomes the draft again.
import { useEffect, useState } from "react";
import { ago, t } from "../../../i18n/t";
import type { Version } from "../../api/types";
import { Modal } from "../../parts/Modal";
import { useSession } from "../../session/context";

export function VersionsDialog() {
  const session = useSession();
  const [versions, setVersions] = useState<readonly Version[] | null>(null);
  useEffect(() => {
    session.api.versions().then(
      (answer) => setVersions(answer.versions),
      (error: unknown) => {
        session.dialog(null);
        session.sayError(error);
      },
    );
  }, [session]);
  const restore = (number: number): void => {
    session.remote.restore(number).catch((error: unknown) => session.sayError(error));
  };
  const close = (): void => session.dialog(null);
  return (
    <Modal
      title={t("versions.title")}
      wide
      onClose={close}
      foot={
        <button type="button" className="btn" onClick={close}>
          {t("dialog.done")}
        </button>
      }
    >
      {versions === null && <p className="small">{t("loading")}</p>}
      {versions?.length === 0 && <p>{t("versions.none")}</p>}
      <ul className="card list">
        {versions?.map((version) => (
          <li key={version.number} className="bar">
            <b className="nowrap">{t("versions.name", { version: version.number })}</b>
            <span className="grow">
              {version.note || <span className="muted">{t("versions.nonote")}</span>}
              <br />
              <small>
                {version.by} ·{" "}
                <time dateTime={version.at}>{ago(new Date(version.at), new Date(), session.boot.locale)}</time>
              </small>
            </span>
            {version.current && <span className="chip good">{t("versions.current")}</span>}
            <button type="button" className="btn" onClick={() => restore(version.number)}>
              {t("versions.restore")}
            </button>
          </li>
        ))}
      </ul>
      <p className="small">{t("versions.help")}</p>
    </Modal>
  );
}
