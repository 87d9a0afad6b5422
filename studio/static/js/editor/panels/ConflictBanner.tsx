// Somebody else saved in between. Both documents still exist; the person says which goes on.
import { ago, t } from "../../i18n/t";
import { usePart, useSession } from "../session/context";

export function ConflictBanner() {
  const session = useSession();
  const save = usePart((state) => state.save);
  if (save.kind !== "conflict") return null;
  const { by, at } = save.current;
  return (
    <div className="banner warn conflict" role="alert">
      <span>{t("conflict.text", { by, ago: ago(new Date(at), new Date(), session.boot.locale) })}</span>
      <span className="grow" />
      <button type="button" className="btn" onClick={() => session.remote.loadTheirs()}>
        {t("conflict.theirs")}
      </button>
      <button type="button" className="btn" onClick={() => void session.remote.keepMine()}>
        {t("conflict.mine")}
      </button>
    </div>
  );
}
